// <script async src="https://HOST/widget.js" data-line="shop"></script>: the launcher on somebody else's page. Nothing is
// kept or fetched until it is opened. Optional: data-locale, data-color, data-position=left, data-theme; --chat-bottom lifts it.
// window.UniqueSupport: open(), close(), toggle(), or before the script has come an array of those names.
(function () {
  var script = document.currentScript || document.querySelector("script[data-line][src*='widget.js']");
  var line = script && script.dataset.line;
  if (!line) return;
  var said = window.UniqueSupport;
  var api = said && said.lines ? said : (window.UniqueSupport = { lines: {} });
  if (api.lines[line]) return;
  var data = script.dataset;
  var base = new URL(script.src).origin;
  var locale = data.locale || document.documentElement.lang || navigator.language || "";
  var words = /^zh/i.test(locale) ? ["打开客服对话", "，{n} 条未读", "收起客服对话", "客服对话"] : ["Open the chat", ", {n} unread", "Close the chat", "Chat"];
  var CSS_TEXT = ':host{all:initial;position:fixed;inset:auto 24px calc(var(--chat-bottom,24px) + env(safe-area-inset-bottom,0px)) auto;z-index:2147483000;font:400 14px/1.55 system-ui,sans-serif;color-scheme:light dark;--surface:#fff;--line:#e4e2dd;--bad:#b3372b;--on-fill:#fff}' +
    ':host([position=left]){inset-inline:24px auto}:host([theme=light]){color-scheme:light}' +
    '@supports (color:oklch(from red l c h)){:host{--on-fill:color(from var(--brand) xyz-d65 calc(clamp(0,(.183 - y)*9999,1)*.95) clamp(0,(.183 - y)*9999,1) calc(clamp(0,(.183 - y)*9999,1)*1.089))}}' +
    '@media (prefers-color-scheme:dark){:host(:not([theme=light])){--surface:#21201d;--line:#3d3a35}}:host([theme=dark]){--surface:#21201d;--line:#3d3a35;color-scheme:dark}' +
    '*{box-sizing:border-box}button{font:inherit;border:0;cursor:pointer;padding:0;touch-action:manipulation}:focus-visible{outline:2px solid var(--brand);outline-offset:3px}' +
    'svg{display:block;inline-size:26px;block-size:26px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}' +
    '.launcher{position:relative;display:grid;place-items:center;margin-inline-start:auto;inline-size:56px;block-size:56px;border-radius:18px;background:var(--brand);color:var(--on-fill);box-shadow:0 1px 2px rgb(0 0 0/.12),0 6px 20px rgb(0 0 0/.16);transition:transform 160ms cubic-bezier(.2,.7,.2,1)}.launcher:hover{transform:translateY(-2px)}.launcher:active{transform:scale(.96)}:host([position=left]) .launcher{margin-inline:0 auto}' +
    '.badge{position:absolute;inset:-6px -6px auto auto;min-inline-size:22px;padding-inline:6px;border:2px solid #fff;border-radius:12px;background:var(--bad);color:#fff;font-size:12px;font-weight:600;line-height:18px;text-align:center}' +
    '.panel{display:block;inline-size:392px;block-size:min(680px,100vh - 128px);block-size:min(680px,100dvh - 128px);margin-block-end:16px;border:1px solid var(--line);border-radius:16px;background:var(--surface);box-shadow:0 1px 2px rgb(0 0 0/.06),0 16px 48px rgb(0 0 0/.16)}' +
    '.badge[hidden],.panel[hidden]{display:none}@media (max-width:480px){:host{inset:auto 16px calc(var(--chat-bottom,16px) + env(safe-area-inset-bottom,0px)) auto}:host([position=left]){inset-inline:16px auto}.panel{position:fixed;inset:0;inline-size:100%;block-size:100vh;block-size:100dvh;margin:0;border:0;border-radius:0}.panel:not([hidden])~.launcher{display:none}}' +
    '@media (prefers-reduced-motion:no-preference){.panel{animation:open 220ms cubic-bezier(.2,.7,.2,1)}}@keyframes open{from{opacity:0;transform:translateY(8px) scale(.98)}}';
  var CHAT = "M3 9.3C3 5.9 6 3.5 10 3.5s7 2.4 7 5.8-3 5.8-7 5.8c-.8 0-1.5-.1-2.2-.25L4.1 16.5l.75-3.2A5.5 5.5 0 0 1 3 9.3z";
  var DOWN = "m5 7.75 5 5 5-5";

  var host = document.createElement("chat-widget");
  var root = host.attachShadow({ mode: "open" });
  var button = make("button", "launcher", root);
  var svg = button.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  var path = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  var badge = make("span", "badge", button);
  var frame = null, shown = false, unread = 0;

  function make(name, kind, into) {
    var element = document.createElement(name);
    element.className = kind;
    return into.appendChild(element);
  }

  // a constructed sheet is not bound by the page's style-src
  try {
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS_TEXT);
    root.adoptedStyleSheets = [sheet];
  } catch (e) {
    make("style", "", root).textContent = CSS_TEXT;
  }

  function draw() {
    var n = shown ? 0 : unread;
    path.setAttribute("d", shown ? DOWN : CHAT);
    badge.hidden = !n;
    badge.textContent = n > 99 ? "99+" : n;
    button.setAttribute("aria-label", shown ? words[2] : words[0] + (n ? words[1].replace("{n}", n) : ""));
    button.setAttribute("aria-expanded", shown);
    if (frame) frame.hidden = !shown;
  }

  function ready() {
    frame.focus();
    frame.contentWindow.postMessage({ type: "support:open" }, base);
  }

  function open() {
    var fresh = !frame;
    shown = true;
    if (fresh) {
      frame = document.createElement("iframe");
      frame.className = "panel";
      frame.title = words[3];
      frame.onload = function () { if (shown) ready(); };
      frame.src = base + "/c/" + encodeURIComponent(line) + "?locale=" + encodeURIComponent(data.locale || "") + "&theme=" + encodeURIComponent(data.theme || "") + "#host=" + encodeURIComponent(location.origin) + "&url=" + encodeURIComponent(location.origin + location.pathname) + "&title=" + encodeURIComponent(document.title);
      root.insertBefore(frame, button);
    }
    draw();
    if (!fresh) ready();
  }

  function close() {
    if (!shown) return;
    shown = false;
    draw();
    button.focus();
  }

  function toggle() { (shown ? close : open)(); }

  button.type = "button";
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  badge.setAttribute("aria-hidden", "true");
  button.addEventListener("click", toggle);
  root.addEventListener("keydown", function (e) { if (e.key === "Escape") close(); });
  window.addEventListener("message", function (e) {
    if (!frame || e.source !== frame.contentWindow || e.origin !== base || !e.data) return;
    if (e.data.type === "support:close") close();
    if (e.data.type === "support:unread") {
      unread = Math.max(0, Math.floor(Number(e.data.n)) || 0);
      draw();
    }
  });
  host.style.setProperty("--brand", data.color && CSS.supports("color", data.color) ? data.color : "#176b87");
  if (data.position === "left") host.setAttribute("position", "left");
  if (data.theme) host.setAttribute("theme", data.theme);
  draw();

  api.lines[line] = { open: open, close: close, toggle: toggle };
  ["open", "close", "toggle"].forEach(function (name) {
    api[name] = function (which) { api.lines[which in api.lines ? which : Object.keys(api.lines)[0]][name](); };
  });

  function place() {
    document.body.appendChild(host);
    if (Array.isArray(said)) said.forEach(function (name) { if (api[name]) api[name](line); });
  }
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
