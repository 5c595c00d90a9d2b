// The chat widget: one tag puts a launcher and a dialogue on any page.
//   <script src="https://…/widget.js" data-workspace="phone_shop" data-lang="zh-CN" async></script>
// The log lives on the server and is fetched anew on every page; only the visitor's id and what
// was read already are kept here, so any number of tabs may show the same conversation.
(() => {
  "use strict";
  if (window.Dialoom) return;
  const script = document.currentScript ?? document.querySelector("script[data-workspace][src]");
  const lang = script.dataset.lang || document.documentElement.lang || navigator.language || "zh-CN";
  const chinese = lang.toLowerCase().startsWith("zh");
  const KEY = `dialoom:${script.dataset.workspace || "default"}`;
  const say = (zh, en) => (chinese ? zh : en);
  const place = (path) => new URL(path, script.src);
  const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(
    /[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // --- What this browser remembers -------------------------------------------------------------
  let memory = { read: 0, hushed: 0 }; // Stands in where storage is blocked.
  const stored = (store, key) => { try { return JSON.parse(window[store].getItem(key)); } catch { return null; } };
  const store = (where, key, value) => { try { window[where].setItem(key, JSON.stringify(value)); } catch { /* memory serves */ } };
  const remembered = () => (memory = { ...memory, ...Object(stored("localStorage", KEY)) });
  const remember = (change) => store("localStorage", KEY, (memory = { ...remembered(), ...change }));
  const visitor = String(remembered().visitor || uuid());
  remember({ visitor });

  // --- What the page reports, in Segment's shape -----------------------------------------------
  const reports = [];
  let reporting = false, leaving = false;
  const post = ([kind, body]) => fetch(place(`v1/${kind}`), {
    method: "POST", keepalive: true, credentials: "omit", headers: { "Content-Type": "application/json" }, body });
  function report(kind, body) {
    const call = { anonymousId: visitor, messageId: uuid(), timestamp: new Date().toISOString(), ...body };
    reports.push([kind, JSON.stringify(call)]);
    if (leaving) flush(); else drain();
  }
  // One at a time: a product view that overtook its own page view would be forgotten with the old page.
  async function drain() {
    if (reporting) return;
    for (reporting = true; reports.length; reports.shift()) await deliver(reports[0]);
    reporting = false;
  }
  async function deliver(call) {
    for (let wait = 500; wait <= 4000; wait *= 2) {
      const status = await post(call).then((answer) => answer.status, () => 599);
      if (status < 500 && status !== 409) return;
      await pause(wait);
    }
  }
  const flush = () => reports.splice(reporting ? 1 : 0).forEach((call) => post(call).catch(() => {}));

  // --- The wire --------------------------------------------------------------------------------
  const lines = new Map(); // seq → line, all that is shown
  const unsent = []; // frames without an ack, oldest first
  let socket, timer, tries = 0, last = 0, asked, hello, closed = false, heard = 0;
  const connected = () => Boolean(socket && hello && socket.readyState === WebSocket.OPEN);
  function connect() {
    drop();
    const address = place("ws/chat");
    address.protocol = address.protocol.replace("http", "ws");
    asked = { since: last, read: remembered().read };
    address.search = new URLSearchParams({ visitor, lang, since: last });
    socket = new WebSocket(address);
    socket.onopen = () => { heard = Date.now(); unsent.forEach(transmit); };
    socket.onmessage = (event) => { heard = Date.now(); take(JSON.parse(event.data)); };
    socket.onclose = retry;
  }
  function drop() {
    clearTimeout(timer);
    if (socket) { socket.onopen = socket.onmessage = socket.onclose = null; socket.close(); }
    socket = hello = null;
  }
  function retry() {
    drop();
    const wait = Math.min(8000, 500 * 2 ** tries++);
    timer = setTimeout(connect, wait * (0.75 + Math.random() / 4));
    refresh();
  }
  function transmit(frame) {
    frame.sent = Date.now();
    const { sent, ...body } = frame;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(body));
  }
  function send(type, more = {}) {
    const frame = { type, id: uuid(), ...more };
    unsent.push(frame);
    transmit(frame);
    refresh();
    return frame;
  }
  function settle(id) {
    const index = unsent.findIndex((frame) => frame.id === id);
    return index < 0 ? null : unsent.splice(index, 1)[0];
  }
  function keepAlive() {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    const quiet = Date.now() - heard;
    if (quiet > 40000) return retry(); // Half-open: the browser may not notice for minutes.
    if (quiet > 20000) socket.send('{"type":"ping"}');
    unsent.filter((frame) => Date.now() - frame.sent > 8000).forEach(transmit);
  }

  // --- What the server says --------------------------------------------------------------------
  let desk = "", agent = "", awaited = "", typing = 0, failure = "";
  const takers = {
    hello(frame) {
      if (frame.seq < asked.read) remember({ read: 0, hushed: 0 });
      if (frame.seq < asked.since) return startAnew();
      hello = frame;
      [tries, closed, desk] = [0, false, frame.desk];
      paint(frame.color);
      greet();
    },
    line(frame) {
      const known = lines.get(frame.seq);
      if (known) return known.at === frame.at || startAnew();
      lines.set(frame.seq, frame);
      last = Math.max(last, frame.seq);
      if (frame.from !== "visitor") [awaited, typing] = ["", 0];
      showLine(frame);
    },
    ack({ id }) {
      settle(id);
      if (id === awaited) pause(1500).then(() => { if (awaited === id) awaited = ""; refresh(); });
    },
    desk(frame) { [desk, agent] = [frame.state, frame.agent ?? ""]; },
    typing() { typing = Date.now(); pause(4100).then(refresh); },
    error({ id, code }) {
      if (code === "closed") { closed = true; return retry(); }
      const frame = unsent.find((other) => other.id === id);
      if (!frame) return;
      if (code === "busy") { frame.sent = Date.now() - 6000; return; }
      settle(id);
      if (awaited === id) awaited = "";
      failure = code === "too_long" ? say("消息太长，未能发送", "Too long, not sent") : say("消息未能发送", "Not sent");
      log.querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.replace("pending", "failed");
    },
  };
  function take(frame) { takers[frame.type]?.(frame); refresh(); }
  // The session expired meanwhile and its numbers began again, so what we show is of another one.
  function startAnew() {
    lines.clear();
    log.querySelectorAll("[data-seq]").forEach((item) => item.remove());
    last = 0;
    connect();
  }

  // --- The parts -------------------------------------------------------------------------------
  // Children are nodes or strings; strings become text nodes, so nothing said is ever read as HTML.
  function el(name, attributes = {}, ...children) {
    const [tag, ...classes] = name.split(".");
    const node = document.createElement(tag);
    if (classes.length) node.className = classes.join(" ");
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }
  function icon(path) {
    const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }
  const CHAT = "M5 5.5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 3.5v-3.5H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM8 10h8M8 13.5h5";
  const BOT = "M7 8h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2zM12 8V4.5M9.5 12.2v1.6M14.5 12.2v1.6M2.5 12v3M21.5 12v3";
  const PERSON = "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 19.5c.6-3.4 3.4-5 7-5s6.400 1.600 7 5";
  const [CROSS, DOWN, ARROW] = ["M6 6l12 12M18 6L6 18", "M6 9l6 6 6-6", "M4 12l16-7-5 15-3.500-6.500z"];
  const badge = el("span.badge", { hidden: "", "aria-hidden": "true" });
  const launcher = el("button.launcher", { type: "button", "aria-controls": "panel", "aria-expanded": "false", onclick: () => (panel.hidden ? open() : close()) },
    icon(CHAT), icon(DOWN), badge);
  const teaserText = el("span"), teaserCard = el("strong");
  const teaser = el("div.teaser", { hidden: "" },
    el("button.teaser-open", { type: "button", onclick: () => open() }, teaserText, teaserCard),
    el("button.teaser-close", { type: "button", "aria-label": say("关闭提示", "Dismiss"), onclick: hush }, icon(CROSS)));
  const title = el("h2", {}, say("在线客服", "Customer service")), status = el("p.status", { role: "status" });
  const face = el("span.face", {}, icon(BOT), icon(PERSON));
  const intro = el("p.intro"), log = el("ol.log"), dots = el("div.typing", { "aria-hidden": "true", hidden: "" }, el("i"), el("i"), el("i"));
  const scroll = el("div.scroll", { role: "log", "aria-live": "polite", tabindex: "0", "aria-label": say("对话记录", "Conversation") }, intro, log, dots);
  const human = el("button.human", { type: "button", onclick: askHuman }, icon(PERSON), say("转人工", "Talk to a person"));
  const notice = el("p.notice", { role: "status" });
  const input = el("textarea", { rows: "1", maxlength: "10000", "aria-label": say("输入消息", "Your message"), placeholder: say("请输入您的问题…", "Type your question…"), oninput: grow, onkeydown: onKey });
  const sendButton = el("button.send", { type: "button", "aria-label": say("发送", "Send"), onclick: submit }, icon(ARROW));
  const panel = el("section.panel", { id: "panel", role: "dialog", "aria-modal": "false", hidden: "", onkeydown: (event) => {
    if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); close(); }
  } },
    el("header", {}, face, el("div", {}, title, status),
      el("button.close", { type: "button", "aria-label": say("收起对话", "Close the chat"), onclick: close }, icon(DOWN))),
    scroll,
    el("footer", {}, el("div.tools", {}, human, notice), el("div.compose", {}, input, sendButton)));
  const host = document.createElement("dialoom-widget");
  const root = host.attachShadow({ mode: "open" });

  // --- Lines -----------------------------------------------------------------------------------
  const locale = chinese ? "zh-CN" : "en";
  function clock(at) {
    const day = new Date(at).toDateString() === new Date().toDateString() ? {} : { month: "short", day: "numeric" };
    return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
  }
  function speaker(line) {
    if (line.from === "visitor") return say("您", "You");
    return line.from === "bot" ? say("机器人", "Bot") : [say("人工客服", "Agent"), line.agent].filter(Boolean).join(" · ");
  }
  function showLine(line) {
    const follows = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
    const own = line.from === "visitor" && line.id && log.querySelector(`[data-id="${CSS.escape(line.id)}"]`);
    const item = own || makeLine(line);
    item.classList.remove("pending", "failed");
    item.dataset.seq = line.seq;
    const waiting = [...log.children].find((other) => other !== item && !other.dataset.seq);
    if (!own || waiting) log.insertBefore(item, waiting ?? null);
    if (follows) scroll.scrollTop = scroll.scrollHeight;
  }
  function makeLine(line) {
    const label = el("span.who", {}, speaker(line), el("time", {}, clock(line.at)));
    const item = el("li", { "data-from": line.from, "data-who": `${line.from}${line.agent ?? ""}` }, label);
    if (line.text) item.append(el("p.bubble", {}, line.text));
    if (line.card) item.append(makeCard(line.card));
    if (line.quick_replies?.length) {
      item.append(el("div.quick", {}, ...line.quick_replies.map((reply) => el("button", { type: "button", onclick: () => {
        utter(reply.title, reply.payload);
        scroll.focus({ preventScroll: true }); // The button goes dead; the next Tab should still land in the log.
      } }, reply.title))));
    }
    return item;
  }
  function makeCard(card) {
    const over = card.expires && card.expires <= Date.now();
    const node = el("div.card", {}, el("b.amount", {}, `¥${card.amount}`), el("div", {}, el("strong", {}, card.title ?? ""),
      card.code ? el("code", {}, card.code) : "",
      card.expires ? el("small", {}, over ? say("已过期", "Expired") : say(`有效期至 ${clock(card.expires)}`, `Valid until ${clock(card.expires)}`)) : ""));
    const url = card.url ? URL.parse?.(card.url, location.href) ?? safely(card.url) : null;
    node.classList.toggle("over", Boolean(over));
    if (!over && url && /^https?:$/.test(url.protocol)) {
      const elsewhere = url.origin === location.origin ? {} : { target: "_blank", rel: "noopener" };
      node.append(el("a", { href: url.href, ...elsewhere, onclick: () => send("click", { script: card.script ?? "" }) }, say("去使用", "Use it now")));
    }
    return node;
  }
  function safely(url) { try { return new URL(url, location.href); } catch { return null; } }
