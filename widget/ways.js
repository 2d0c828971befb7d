/**
 * The ways from the page to whoever shows it. Each has a name, says whether it is there, and sends one message.
 * What comes back: window.UniqueSupportHost.receive(message), or a message event where the way has them.
 *
 * @typedef {{name: string, there: () => any, send: (message: object) => void, can?: string[]}} Way
 *   can: what a host can do that never says hello
 */

const json = (message) => JSON.stringify(message);

/** @type {Way[]} */
const APPS = [
  { // WKScriptMessageHandler "support"
    name: "wkwebview",
    there: () => window.webkit?.messageHandlers?.support,
    send: (m) => window.webkit.messageHandlers.support.postMessage(m),
  },
  { // WebViewCompat.addWebMessageListener, addJavascriptInterface with postMessage(String), or Flutter's JavaScriptChannel: "supportHost"
    name: "channel",
    there: () => typeof window.supportHost?.postMessage === "function",
    send: (m) => window.supportHost.postMessage(json(m)),
  },
  {
    name: "react-native",
    there: () => window.ReactNativeWebView,
    send: (m) => window.ReactNativeWebView.postMessage(json(m)),
  },
  { // flutter_inappwebview, handler "support"
    name: "flutter",
    there: () => window.flutter_inappwebview,
    send: (m) => window.flutter_inappwebview.callHandler("support", m),
  },
  { // WeChat's, QQ's and others' <web-view>: messages arrive when the page is left, the rest is done by going somewhere
    name: "mini-program",
    there: () => window.__wxjs_environment === "miniprogram" || /miniProgram/i.test(navigator.userAgent) && window.WeixinJSBridge,
    can: ["open", "close"],
    send(m) {
      const [name, arg] = m.op === "open" && m.url ? ["navigateTo", { url: `/pages/web/web?url=${encodeURIComponent(m.url)}` }]
        : m.op === "close" ? ["navigateBack", { delta: 1 }] : ["postMessage", m];
      const invoke = () => window.WeixinJSBridge.invoke("invokeMiniProgramAPI", { name, arg }, () => {});
      if (window.WeixinJSBridge) invoke();
      else document.addEventListener("WeixinJSBridgeReady", invoke, { once: true });
    },
  },
  { // uni-app's web-view on a page drawn natively (nvue)
    name: "uni-app",
    there: () => window.__dcloud_weex_postMessage || window.__dcloud_weex_,
    send(m) {
      if (window.__dcloud_weex_postMessage) window.__dcloud_weex_postMessage({ data: [m] });
      else window.__dcloud_weex_.postMessage(json({ data: [m] }));
    },
  },
  { // uni-app's web-view in an app
    name: "uni-app",
    there: () => window.plus || /Html5Plus/i.test(navigator.userAgent),
    send(m) {
      const send = () => {
        const { webview } = window.plus;
        const own = webview.currentWebview();
        const data = { options: { timestamp: Date.now() }, name: "postMessage", arg: m };
        webview.postMessageToUniNView({ type: "WEB_INVOKE_APPSERVICE", args: { data, webviewIds: [(own.parent() ?? own).id] } }, "__uniapp__service");
      };
      if (window.plus) send();
      else document.addEventListener("plusready", send, { once: true });
    },
  },
];

/** The page around a frame, where it named its origin in the fragment. A lie gets it nothing: the browser delivers there only. @returns {Way | undefined} */
function frame() {
  const origin = new URLSearchParams(location.hash.slice(1)).get("host") ?? "";
  if (window.parent === window || !/^https?:\/\/[^/?#]+$/.test(origin)) return undefined;
  return { name: "frame", there: () => true, send: (m) => window.parent.postMessage(m, origin), origin };
}

/** Finds the way to the host. @returns {(Way & {origin?: string}) | undefined} nothing on a page of its own */
export function findWay() { return frame() ?? APPS.find((way) => way.there()); }

/**
 * Hears the host. @param {Way & {origin?: string}} way @param {(message: any) => void} hear
 */
export function listen(way, hear) {
  const take = (data) => {
    try {
      const message = typeof data === "string" ? JSON.parse(data) : data;
      if (message?.support >= 1 && typeof message.op === "string") hear(message);
    } catch {
      // somebody else's words
    }
  };
  if (way.origin === undefined) {
    window.UniqueSupportHost = Object.freeze({ receive: take });
    window.supportHost?.addEventListener?.("message", (event) => take(event.data));
    document.addEventListener("message", (event) => take(event.data)); // React Native on Android
  }
  addEventListener("message", (event) => {
    if (way.origin === undefined ? event.source === null : event.source === window.parent && event.origin === way.origin) take(event.data);
  });
}
