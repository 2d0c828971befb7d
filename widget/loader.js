// <script async src="https://HOST/widget.js" data-line="shop"></script>: the launcher on somebody else's page. Nothing is
// fetched until it is opened. Attributes: data-locale, -color, -theme, -position=left, -icon, -teaser, -hide, -trigger,
// -launcher=none; --chat-bottom lifts it. window.UniqueSupport: see docs/embedding/site.md; before the script has come, an
// array of names or [name, …arguments].
(function () {
  var script = document.currentScript;
  var line = script && script.dataset.line;
  if (!line) return;
  var said = window.UniqueSupport;
  var api = said && said.lines ? said : (window.UniqueSupport = { lines: {} });
  if (api.lines[line]) return;
  var data = script.dataset;
  var base = new URL(script.src).origin;
  var locale = data.locale || document.documentElement.lang || navigator.language;
  var words = /^zh/i.test(locale) ? ["打开客服对话", "，{n} 条未读", "收起客服对话", "客服对话", "收起提示"] : ["Open the chat", ", {n} unread", "Close the chat", "Chat", "Dismiss"];
  var CSS_TEXT = ':host{all:initial;position:fixed;--gap:24px;inset:auto var(--gap) calc(var(--chat-bottom,var(--gap)) + env(safe-area-inset-bottom,0px)) auto;z-index:999999999;font:14px/1.5 system-ui;--surface:#fff;--line:#e4e2dd;--ink:#211f1c}' +
    ':host([position=left]){inset-inline:var(--gap) auto}' +
    '@supports (color:oklch(from red l c h)){:host{--on-fill:oklch(from var(--brand) clamp(0,(.57 - l)*999,1) 0 0)}}' +
    ':host([theme=dark]){--surface:#21201d;--line:#3d3a35;--ink:#edebe6;color-scheme:dark}' +
    '*{box-sizing:border-box}button{font:inherit;color:inherit;border:0;background:none;cursor:pointer;padding:0}:focus-visible{outline:2px solid var(--brand)}' +
    'svg{inline-size:26px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}' +
    '.launcher{position:relative;display:grid;place-items:center;margin-inline-start:auto;inline-size:56px;block-size:56px;border-radius:18px;background:var(--brand);color:var(--on-fill,#fff);box-shadow:0 6px 20px rgb(0 0 0/.16)}:host([position=left]) .launcher{margin-inline:0 auto}' +
    '.badge{position:absolute;inset:-6px -6px auto auto;min-inline-size:22px;padding-inline:6px;border:2px solid #fff;border-radius:12px;background:#b3372b;color:#fff;font:600 12px/18px system-ui}' +
    '.teaser{display:flex;color:var(--ink);max-inline-size:300px}.say{flex:1;padding:14px;text-align:start}.no{inline-size:44px;font-size:20px}' +
    '.teaser,.panel{margin-block-end:16px;border:1px solid var(--line);border-radius:16px;background:var(--surface);box-shadow:0 6px 20px rgb(0 0 0/.16)}' +
    '.panel{display:block;inline-size:392px;block-size:min(680px,100vh - 128px);block-size:min(680px,100dvh - 128px)}' +
    '[hidden]{display:none}@media (max-width:480px){:host{--gap:16px}.panel{position:fixed;inset:0;inline-size:100%;block-size:100vh;block-size:100dvh;margin:0;border:0;border-radius:0}.panel:not([hidden])~.launcher{display:none}}' +
    '@media (prefers-reduced-motion:no-preference){.panel,.teaser{animation:open 220ms}}@keyframes open{from{opacity:0;transform:translateY(8px)}}';
  var CHAT = data.icon || "M3 9.3c0-3.4 3-5.8 7-5.8s7 2.4 7 5.8-3 5.8-7 5.8l-2-.2-4 1.6.8-3.2A5.5 5.5 0 0 1 3 9.3z";
  var DOWN = "m5 8 5 5 5-5";

  var host = document.createElement("chat-widget");
  var root = host.attachShadow({ mode: "open" });
  var teaser = make("div", "teaser", root);
  var button = make("button", "launcher", root);
  var drawn = (name, into) => into.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
  var svg = drawn("svg", button), path = drawn("path", svg);
  var badge = make("span", "badge", button);
  var heard = [];
  var hide = new RegExp("^(" + (data.hide || "-").replace(/\*/g, ".*").replace(/,/g, "|") + ")$");
  var day = new Date().toDateString(), key = "support-teaser:" + line;
  var frame = null, shown = false, ready = false, unread = 0, back = null, identity = "", context = null, at = "", watch = 0, quiet = true;

  function make(name, kind, into) {
    var element = document.createElement(name);
    element.className = kind;
    if (name === "button") element.type = name;
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
    button.hidden = data.launcher === "none" && !shown;
    teaser.hidden = shown || quiet;
    if (frame) frame.hidden = !shown;
  }

  const tell = (op, more) => ready && frame.contentWindow.postMessage({ support: 1, op, ...more }, base);
  const say = (m, value) => heard.forEach((h) => h[0] === m.op && h[1](value));
  const page = () => ({ url: location.origin + location.pathname, title: document.title });
  const query = (of) => new URLSearchParams(of);
  function focus() {
    frame.focus();
    tell("opened");
  }

  function hush() {
    quiet = true;
    draw();
    try { localStorage.setItem(key, day); } catch (e) { /* then it shows again */ }
  }

  function open() {
    if (!shown) back = document.activeElement;
    shown = true;
    if (!frame) {
      frame = document.createElement("iframe");
      frame.className = "panel";
      frame.title = words[3];
      frame.onload = () => shown && focus();
      frame.src = base + "/c/" + line + "?" + query({ locale: data.locale || "", theme: data.theme || "", signed: identity === "" ? "" : 1 }) +
        "#" + query({ host: location.origin, ...page() });
      root.insertBefore(frame, button);
    }
    if (!quiet) hush();
    draw();
    focus();
  }

  function close() {
    if (!shown) return;
    shown = false;
    draw();
    (back && back.isConnected && back !== document.body ? back : button).focus();
  }

  var own = {
    open,
    close,
    toggle: () => (shown ? close : open)(),
    identify: (jwt) => tell("identify", { identity: (identity = jwt) }),
    logout() {
      identity = ready ? "" : null; // a page that is not open yet is told when it is
      tell("logout");
    },
    setContext: (said) => tell("context", (context = said)),
    onReady: (f) => f(),
    onUnread: (f) => heard.push(["unread", f]),
    onMessage: (f) => heard.push(["message", f]),
    destroy() {
      clearInterval(watch);
      removeEventListener("message", hear);
      document.removeEventListener("click", trigger);
      host.remove();
      delete api.lines[line];
    },
  };

  function hear(e) {
    var m = e.data;
    if (!frame || e.source !== frame.contentWindow || e.origin !== base || !m || !m.support) return;
    if (m.op === "hello") {
      ready = true;
      tell("hello", { can: ["close"], identity });
      if (identity === null) own.logout();
      if (context) tell("context", context);
      if (shown) tell("opened");
    }
    if (m.op === "close") close();
    if (m.op === "message") say(m, m.seq);
    if (m.op === "unread") {
      unread = Math.max(0, m.n | 0);
      draw();
      say(m, unread);
    }
  }

  function trigger(e) {
    if (e.target.closest(data.trigger)) open(e.preventDefault());
  }

  // A site that changes pages by itself tells nobody: hidden paths, and where the visitor is, are looked at.
  function look() {
    if (!host.isConnected) document.body.appendChild(host);
    if (at === location.href) return;
    if (at) tell("context", { page: page(), ...context });
    at = location.href;
    host.style.display = hide.test(location.pathname) ? "none" : "";
  }

  svg.setAttribute("viewBox", "0 0 20 20");
  button.addEventListener("click", own.toggle);
  root.addEventListener("keydown", (e) => e.key === "Escape" && close());
  addEventListener("message", hear);
  if (data.trigger) document.addEventListener("click", trigger);
  host.style.setProperty("--brand", data.color && CSS.supports("color", data.color) ? data.color : "#176b87");
  if (data.position === "left") host.setAttribute("position", "left");
  host.setAttribute("theme", data.theme || (matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light"));
  if (data.teaser) {
    quiet = false;
    try { quiet = localStorage.getItem(key) === day; } catch (e) { /* blocked: it shows */ }
    var hint = make("button", "say", teaser), no = make("button", "no", teaser);
    hint.textContent = data.teaser;
    no.textContent = "×";
    no.setAttribute("aria-label", words[4]);
    hint.addEventListener("click", open);
    no.addEventListener("click", hush);
  }
  draw();

  api.lines[line] = own;
  Object.keys(own).forEach((name) => {
    if (!api[name]) api[name] = (...all) => (api.lines[all[all.length - 1]] || own)[name](...all);
  });
  api.push = (call) => {
    const [name, ...all] = [].concat(call);
    if (own[name]) own[name](...all);
  };

  function place() {
    look();
    watch = setInterval(look, 500);
    if (Array.isArray(said)) said.forEach(api.push);
  }
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
