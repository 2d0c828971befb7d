// Android: the chat in an activity. Needs androidx.webkit and activity 1.8; manifest: android:windowSoftInputMode="adjustResize".
package com.example.shop

import android.annotation.SuppressLint
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.webkit.CookieManager
import android.webkit.WebResourceRequest
import android.webkit.WebView
import android.webkit.WebViewClient
import androidx.activity.addCallback
import androidx.activity.ComponentActivity
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature
import org.json.JSONArray
import org.json.JSONObject
import java.net.URLEncoder

private const val HOST = "https://chat.example.com"
private const val PAGE = "$HOST/c/shop?header=0"

class ChatActivity : ComponentActivity() {
    private lateinit var web: WebView

    @SuppressLint("SetJavaScriptEnabled")
    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        web = WebView(this).apply {
            settings.javaScriptEnabled = true
            settings.domStorageEnabled = true // what is written is kept there until it is sent
            CookieManager.getInstance().setAcceptCookie(true)
            webViewClient = object : WebViewClient() {
                override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest) =
                    if (request.url.host == Uri.parse(HOST).host) false else true.also { open(request.url.toString()) }
            }
        }
        if (WebViewFeature.isFeatureSupported(WebViewFeature.WEB_MESSAGE_LISTENER)) {
            WebViewCompat.addWebMessageListener(web, "supportHost", setOf(HOST)) { _, message, _, _, _ -> hear(JSONObject(message.data ?: "{}")) }
        }
        setContentView(web)
        onBackPressedDispatcher.addCallback(this) { say("back") }
        // The identity comes from your backend, for the user who is signed in. In the body: an address is written down everywhere.
        val identity = intent.getStringExtra("identity")
        if (identity == null) web.loadUrl(PAGE)
        else web.postUrl(PAGE, "identity=${URLEncoder.encode(identity, "UTF-8")}".toByteArray())
    }

    private fun hear(message: JSONObject) {
        when (message.getString("op")) {
            "hello" -> say("hello", JSONObject().put("can", JSONArray(listOf("open", "close"))))
            "title" -> title = message.getString("text")
            "open" -> open(message.optString("url"))
            "close" -> finish()
            "back" -> if (!message.getBoolean("handled")) finish()
        } // what is not known is passed over
    }

    private fun say(op: String, more: JSONObject = JSONObject()) =
        web.evaluateJavascript("window.UniqueSupportHost?.receive(${more.put("support", 1).put("op", op)})", null)

    private fun open(url: String) = startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(url)))

    fun signOut() = say("logout")

    override fun onPause() { say("pause"); super.onPause() }
    override fun onResume() { super.onResume(); say("resume") }
}
