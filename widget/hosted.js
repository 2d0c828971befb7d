/** What an app leaves in the page it shows; see ways.js. */
const TRACES = ["webkit", "supportHost", "ReactNativeWebView", "flutter_inappwebview", "__wxjs_environment", "plus", "__dcloud_weex_", "__dcloud_weex_postMessage"];

/** Whether somebody may show this page in something of theirs. Where nobody does, nothing of the bridge is asked for. */
export function hosted() { return window.parent !== window || TRACES.some((name) => name in window) || /miniProgram|Html5Plus/i.test(navigator.userAgent); }
