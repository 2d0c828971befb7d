// iOS: the chat in a view controller.
import UIKit
import WebKit

private let page = URL(string: "https://chat.example.com/c/shop?header=0")!

final class ChatViewController: UIViewController, WKScriptMessageHandler, WKNavigationDelegate, WKUIDelegate {
    private var web: WKWebView!
    /// From your backend, for the user who is signed in; nil for somebody who is not.
    var identity: String?

    override func viewDidLoad() {
        super.viewDidLoad()
        let settings = WKWebViewConfiguration() // the default data store: another forgets the visitor with the view
        settings.userContentController.add(self, name: "support")
        web = WKWebView(frame: view.bounds, configuration: settings)
        web.autoresizingMask = [.flexibleWidth, .flexibleHeight]
        web.scrollView.isScrollEnabled = false // the thread scrolls, the page does not
        web.navigationDelegate = self
        web.uiDelegate = self
        view.addSubview(web)

        var request = URLRequest(url: page)
        if let identity {
            request.httpMethod = "POST" // in the body: an address is written down everywhere
            request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data("identity=\(identity)".utf8) // a JWT has no character that would need encoding
        }
        web.load(request)
        for (name, op) in [(UIApplication.didEnterBackgroundNotification, "pause"), (UIApplication.willEnterForegroundNotification, "resume")] {
            NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in self?.say(op) }
        }
    }

    func userContentController(_ controller: WKUserContentController, didReceive message: WKScriptMessage) {
        guard message.frameInfo.isMainFrame, let body = message.body as? [String: Any], let op = body["op"] as? String else { return }
        switch op {
        case "hello": say("hello", ["can": ["open", "close"]])
        case "title": title = body["text"] as? String
        case "open": if let url = (body["url"] as? String).flatMap(URL.init(string:)) { UIApplication.shared.open(url) }
        case "close": navigationController?.popViewController(animated: true)
        default: break // what is not known is passed over
        }
    }

    func say(_ op: String, _ more: [String: Any] = [:]) {
        let message = more.merging(["support": 1, "op": op]) { $1 }
        guard let json = try? JSONSerialization.data(withJSONObject: message) else { return }
        web.evaluateJavaScript("window.UniqueSupportHost?.receive(\(String(decoding: json, as: UTF8.self)))")
    }

    func signOut() { say("logout") }

    // What still asks for a new window, and what leaves the desk, opens outside.
    func webView(_ webView: WKWebView, createWebViewWith configuration: WKWebViewConfiguration, for action: WKNavigationAction, windowFeatures: WKWindowFeatures) -> WKWebView? {
        if let url = action.request.url { UIApplication.shared.open(url) }
        return nil
    }

    func webView(_ webView: WKWebView, decidePolicyFor action: WKNavigationAction, decisionHandler: @escaping (WKNavigationActionPolicy) -> Void) {
        guard let url = action.request.url, action.targetFrame?.isMainFrame == true, url.host != page.host else { return decisionHandler(.allow) }
        UIApplication.shared.open(url)
        decisionHandler(.cancel)
    }

    // iOS ends a WebView's process when memory is short: the page comes back with its thread, draft and place.
    func webViewWebContentProcessDidTerminate(_ webView: WKWebView) { web.load(URLRequest(url: page)) }
}
