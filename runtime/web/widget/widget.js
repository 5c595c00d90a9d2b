// Dialoom's chat widget: one script, no dependency. <script src=".../widget.js" data-workspace="…" async></script>
(() => {
  const script = document.currentScript;
  const base = new URL(script.src, location.href).origin;
  const space = `dialoom:${script.dataset.workspace || "workspace"}`;
  const lang = script.dataset.lang || document.documentElement.lang || navigator.language || "zh-CN";
  const zh = lang.toLowerCase().startsWith("zh");
  const WORDS = zh
    ? { open: "打开在线客服", close: "收起聊天", title: "在线客服", write: "输入消息，回车发送", send: "发送", human: "转人工", bot: "智能助手", agent: "人工客服", waiting: "正在为您接入人工客服，请稍候…", offline: "网络已断开，消息会在恢复后自动发送", use: "去使用", code: "券码", until: "有效期至", failed: "未发送，点此重试", typing: "对方正在输入", dismiss: "关闭提示", new: "条新消息", log: "聊天记录" }
    : { open: "Open the chat", close: "Close the chat", title: "Customer service", write: "Write a message, Enter sends", send: "Send", human: "Talk to a person", bot: "Assistant", agent: "Agent", waiting: "Connecting you to a person …", offline: "No connection. Your messages will be sent when it is back.", use: "Use it", code: "Code", until: "Valid until", failed: "Not sent; try again", typing: "typing", dismiss: "Dismiss", new: "new messages", log: "Conversation" };

  const uuid = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16)));
  const store = {
    get() { try { return JSON.parse(localStorage.getItem(space)) || {}; } catch { return {}; } },
    set(values) { try { localStorage.setItem(space, JSON.stringify({ ...store.get(), ...values })); } catch { /* A page may forbid it; then nothing is remembered. */ } },
  };
  const visitor = store.get().visitor || uuid();
  store.set({ visitor });

  // Page events, in Segment's shape.
  const report = (kind, body) => fetch(`${base}/v1/${kind}`, {
    method: "POST", keepalive: true, headers: { "Content-Type": "text/plain" },
    body: JSON.stringify({ anonymousId: visitor, messageId: uuid(), timestamp: new Date().toISOString(), type: kind, ...body }),
  }).catch(() => {});

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") element.textContent = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  const host = document.createElement("dialoom-widget");
  const root = host.attachShadow({ mode: "open" });
  const badge = make("span", { class: "badge", hidden: true });
  const launcher = make("button", { class: "launcher", type: "button", "aria-label": WORDS.open, "aria-expanded": "false", onclick: () => toggle() }, make("span", { class: "mark", "aria-hidden": "true", text: "💬" }), badge);
  const teaser = make("div", { class: "teaser", hidden: true });
  const who = make("p", { class: "who", text: WORDS.bot });
  const title = make("h2", { text: WORDS.title });
  const human = make("button", { class: "human", type: "button", text: WORDS.human, onclick: () => send({ type: "human" }) });
  const log = make("ol", { class: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.log, tabindex: "0" });
  const dots = make("p", { class: "dots", hidden: true, "aria-label": WORDS.typing }, make("i"), make("i"), make("i"));
  const notice = make("p", { class: "notice", role: "status", hidden: true, text: WORDS.offline });
  const input = make("textarea", { rows: "1", "aria-label": WORDS.write, placeholder: WORDS.write, maxlength: "5000" });
  const sendButton = make("button", { class: "send", type: "submit", text: WORDS.send });
  const form = make("form", {}, input, sendButton);
  const panel = make("section", { class: "panel", role: "dialog", "aria-label": WORDS.title, hidden: true },
    make("header", {}, make("div", {}, title, who), human, make("button", { class: "close", type: "button", "aria-label": WORDS.close, onclick: () => toggle(false), text: "✕" })),
    log, dots, notice, form);
  const style = make("link", { rel: "stylesheet", href: `${base}/widget.css` });
  root.append(style, teaser, panel, launcher);

  let socket = null, attempt = 0, shown = 0, read = Number(store.get().read || 0), desk = "", agent = "", open = false, ready = false;
  const waiting = new Map(); // Frames by id that were not acknowledged yet, in order.
  const lines = new Set(), own = new Map();

  function connect() {
    const address = `${base.replace(/^http/, "ws")}/ws/chat?visitor=${encodeURIComponent(visitor)}&lang=${encodeURIComponent(lang)}&since=${shown}`;
    socket = new WebSocket(address);
    socket.onopen = () => { attempt = 0; notice.hidden = true; };
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => {
      socket = null;
      notice.hidden = attempt < 1;
      setTimeout(connect, Math.min(8000, 500 * 2 ** attempt++) * (0.75 + Math.random() / 2));
    };
  }

  function take(frame) {
    if (frame.type === "hello") {
      title.textContent = frame.title || WORDS.title;
      if (frame.color) host.style.setProperty("--brand", frame.color);
      answerer(frame.desk, "");
      if (frame.seq < shown) { shown = 0; lines.clear(); log.replaceChildren(); }
      ready = frame.seq === 0;
      for (const pending of waiting.values()) socket.send(JSON.stringify(pending));
      if (open) greet();
    } else if (frame.type === "line") line(frame);
    else if (frame.type === "ack") settle(frame.id);
    else if (frame.type === "desk") answerer(frame.state, frame.agent);
    else if (frame.type === "error" && frame.id) {
      if (frame.code === "busy") setTimeout(() => resend(frame.id), 1000);
      else { settle(frame.id); own.get(frame.id)?.classList.add("failed"); }
    }
  }

  function resend(id) { if (waiting.has(id) && socket?.readyState === 1) socket.send(JSON.stringify(waiting.get(id))); }

  function settle(id) {
    waiting.delete(id);
    own.get(id)?.classList.remove("pending");
    dots.hidden = !waiting.size || desk !== "";
  }

  function answerer(state, name) {
    desk = state || "";
    agent = name || agent;
    who.textContent = desk === "agent" ? `${WORDS.agent} ${agent}` : desk === "waiting" ? WORDS.waiting : WORDS.bot;
    human.hidden = desk !== "";
  }

  function send(frame) {
    const id = uuid(), full = { id, ...frame };
    waiting.set(id, full);
    if (frame.type === "message") {
      const bubble = make("li", { "data-from": "visitor", class: "visitor pending" }, make("p", { text: frame.text }));
      own.set(id, bubble);
      log.append(bubble);
      retire();
      bottom();
    }
    dots.hidden = desk !== "" || frame.type === "click";
    resend(id);
  }

  function line(frame) {
    if (lines.has(frame.seq)) return;
    lines.add(frame.seq);
    shown = Math.max(shown, frame.seq);
    const echo = frame.from === "visitor" && own.get(frame.id);
    if (echo) { echo.dataset.seq = frame.seq; echo.classList.remove("pending"); log.append(echo); return; }
    const item = make("li", { "data-seq": frame.seq, "data-from": frame.from, class: frame.from });
    if (frame.from === "agent") item.append(make("small", { text: `${WORDS.agent} ${frame.agent || ""}` }));
    if (frame.text) item.append(make("p", { text: frame.text }));
    if (frame.card) item.append(card(frame.card));
    retire();
    if (frame.quick_replies) item.append(quick(frame.quick_replies));
    log.append(item);
    dots.hidden = true;
    bottom();
    if (open) seen();
    else if (frame.from !== "visitor" && frame.seq > read) tease(frame);
  }

  function quick(replies) {
    const pick = (reply) => send({ type: "message", text: reply.title, payload: reply.payload });
    return make("div", { class: "quick" }, ...replies.map((reply) => make("button", { type: "button", text: reply.title, onclick: () => pick(reply) })));
  }
  function retire() { for (const button of log.querySelectorAll(".quick button")) button.disabled = true; }

  function card(values) {
    const box = make("div", { class: "card" }, make("strong", { text: values.title || "" }), make("span", { class: "amount", text: `¥${values.amount}` }));
    if (values.code) box.append(make("span", { text: `${WORDS.code} ${values.code}` }));
    if (values.expires) box.append(make("span", { text: `${WORDS.until} ${new Date(values.expires).toLocaleString(lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" })}` }));
    const url = safe(values.url);
    if (url) box.append(make("a", { href: url, text: WORDS.use, onclick: () => send({ type: "click", script: values.script || "" }) }));
    return box;
  }
  function safe(url) {
    try { const full = new URL(url, location.href); return url && /^https?:$/.test(full.protocol) ? full.href : ""; } catch { return ""; }
  }

  function tease(frame) {
    const count = Number(badge.textContent || 0) + 1;
    badge.textContent = count;
    badge.hidden = false;
    launcher.setAttribute("aria-label", `${WORDS.open} · ${count} ${WORDS.new}`);
    // A coupon that follows its offer must not hide the words of the offer.
    const words = frame.text || (teaser.hidden && frame.card?.title);
    if (!words) return;
    teaser.replaceChildren(make("button", { class: "words", type: "button", text: words, onclick: () => toggle(true) }), make("button", { class: "dismiss", type: "button", "aria-label": WORDS.dismiss, text: "✕", onclick: () => { teaser.hidden = true; } }));
    teaser.hidden = false;
  }

  function seen() {
    read = Math.max(read, shown);
    store.set({ read });
    badge.hidden = teaser.hidden = true;
    badge.textContent = "";
    launcher.setAttribute("aria-label", WORDS.open);
  }

  function greet() {
    if (ready && !shown && !waiting.size) { ready = false; send({ type: "open" }); }
  }

  function toggle(wanted = !open) {
    open = wanted;
    panel.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    launcher.classList.toggle("behind", open);
    if (open) { greet(); seen(); bottom(); input.focus(); } else launcher.focus();
  }

  function bottom() { log.scrollTop = log.scrollHeight; }

  function submit() {
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    grow();
    send({ type: "message", text });
  }
  function grow() { input.style.height = "auto"; input.style.height = `${Math.min(input.scrollHeight, 120)}px`; }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); submit(); }
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && open) toggle(false); });
  addEventListener("online", () => { attempt = 0; });
  setInterval(() => { if (socket?.readyState === 1) socket.send('{"type":"ping"}'); }, 25000);

  window.Dialoom = {
    visitor,
    open: () => toggle(true),
    close: () => toggle(false),
    track: (event, properties = {}) => report("track", { event, properties }),
    page: (properties = {}) => report("page", { properties }),
    identify: (traits = {}) => report("identify", { traits }),
  };
  const begin = () => { document.body.append(host); connect(); document.dispatchEvent(new Event("dialoom:ready")); };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
