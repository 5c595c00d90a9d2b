// The chat widget: <script src="…/widget.js" data-workspace="phone_shop" data-lang="zh-CN" async></script>
// The log lives on the server and is fetched anew on every page; only the visitor's id and what
// was read already are kept here, so any number of tabs may show the same conversation.
(() => {
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
  // What this browser remembers.
  let memory = { read: 0, hushed: 0 }; // Stands in where storage is blocked.
  function remembered() {
    try { return (memory = { ...memory, ...JSON.parse(localStorage.getItem(KEY)) }); } catch { return memory; }
  }
  function remember(change) {
    memory = { ...remembered(), ...change };
    try { localStorage.setItem(KEY, JSON.stringify(memory)); } catch { /* Then only this page remembers. */ }
  }
  const visitor = String(remembered().visitor || uuid());
  remember({ visitor });
  // What the page reports, in Segment's shape.
  const reports = [];
  let reporting = false, leaving = false;
  // Plain text needs no preflight, which a page that is being left would not live to see answered.
  const post = ([kind, body]) => fetch(place(`v1/${kind}`), {
    method: "POST", keepalive: true, credentials: "omit", headers: { "Content-Type": "text/plain" }, body });
  const fails = (call) => post(call).then(({ status }) => status >= 500 || status === 409, () => true);
  function report(kind, body) {
    const from = { anonymousId: visitor, messageId: uuid(), timestamp: new Date().toISOString(), context: { locale: lang } };
    reports.push([kind, JSON.stringify({ ...from, ...body })]);
    if (leaving) flush(); else if (!reporting) drain();
  }
  // One at a time: a product view that overtook its own page view would be forgotten with the old page.
  async function drain() {
    for (reporting = true; reports.length; reports.shift()) {
      for (let wait = 500; wait <= 4000 && await fails(reports[0]); wait *= 2) await pause(wait);
    }
    reporting = false;
  }
  const flush = () => reports.splice(reporting ? 1 : 0).forEach(fails);
  // The wire (wire.js).
  const lines = new Map(); // seq → line, all that is shown
  let last = 0, closed = false;
  const wire = makeWire({ place, key: KEY, visitor, lang, take, changed: refresh,
    asks: () => ({ since: last, read: remembered().read }), isBusy: () => !panel.hidden });
  function send(type, more) {
    const frame = wire.send(type, more, uuid());
    refresh();
    return frame;
  }
  // What the server says.
  let desk = "", agent = "", awaited = "", typing = 0, failure = "";
  const takers = {
    hello(frame) {
      if (frame.seq < wire.asked.read) remember({ read: 0, hushed: 0 });
      if (frame.seq < wire.asked.since) return startAnew();
      [closed, desk] = [false, frame.desk];
      [title.textContent, intro.textContent] = [frame.title || title.textContent, frame.greeting ?? ""];
      panel.setAttribute("aria-label", title.textContent);
      if (frame.color) host.style.setProperty("--brand", frame.color);
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
      wire.settle(id);
      if (id === awaited) pause(1500).then(() => { if (awaited === id) awaited = ""; refresh(); });
    },
    desk(frame) { [desk, agent] = [frame.state, frame.agent ?? ""]; },
    typing() { typing = Date.now(); pause(4100).then(refresh); },
    error({ id, code }) {
      if (code === "closed") { closed = true; return wire.again(); }
      const frame = wire.unsent.find((other) => other.id === id);
      if (frame && code === "busy") return void (frame.sent = Date.now() - 6000);
      wire.settle(id);
      awaited = "";
      failure = code === "too_long" ? say("消息太长，未能发送", "Too long, not sent") : say("消息未能发送", "Not sent");
      log.querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.replace("pending", "failed");
    },
  };
  function take(frame) { takers[frame.type]?.(frame); refresh(); }
  // The session expired meanwhile and its numbers began again, so what we show is of another one.
  function startAnew() {
    lines.clear();
    last = 0;
    log.querySelectorAll("[data-seq]").forEach((item) => item.remove());
    wire.connect();
  }
  // The parts. Strings become text nodes, so nothing that was said is ever read as HTML.
  function el(name, attributes = {}, ...children) {
    const [tag, ...classes] = name.split(".");
    const node = Object.assign(document.createElement(tag), { className: classes.join(" ") });
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }
  const button = (name, label, onclick, ...children) => (
    el(`button.${name}`, { type: "button", ...(label && { "aria-label": label }), onclick }, ...children));
  const badge = el("span.badge", { hidden: "", "aria-hidden": "true" }), teaserText = el("span"), teaserCard = el("strong");
  const launcher = button("launcher", "", () => toggle(), badge);
  const teaser = el("div.teaser", { hidden: "" }, button("words", "", () => toggle(true), teaserText, teaserCard),
    button("dismiss", say("关闭提示", "Dismiss"), () => { remember({ hushed: last }); refresh(); }));
  const title = el("h2", {}, say("在线客服", "Customer service")), who = el("p.who", { role: "status" });
  const face = el("span.face", { "aria-hidden": "true" }), intro = el("p.intro"), log = el("ol.log");
  const dots = el("div.typing", { "aria-hidden": "true", hidden: "" }, el("i"), el("i"), el("i"));
  const scroll = el("div.scroll", { role: "log", "aria-live": "polite", tabindex: "0", "aria-label": say("对话记录", "Conversation") },
    intro, log, dots);
  const human = button("human", "", () => human.ariaDisabled === "true" || send("human"), say("转人工", "Talk to a person")), notice = el("p.notice", { role: "status" });
  const input = el("textarea", { rows: "1", maxlength: "10000", "aria-label": say("输入消息", "Your message"),
    placeholder: say("请输入您的问题…", "Type your question…"), oninput: grow, onkeydown: onKey });
  const panel = el("section.panel", { id: "panel", role: "dialog", "aria-modal": "false", hidden: "", onkeydown: onKey },
    el("header", {}, face, el("div", {}, title, who), button("close", say("收起对话", "Close the chat"), () => toggle(false))), scroll,
    el("footer", {}, el("div.tools", {}, human, notice), el("div.compose", {}, input, button("send", say("发送", "Send"), submit))));
  const host = el("dialoom-widget", { hidden: "" });
  // Lines.
  function clock(at) {
    const day = new Date(at).toDateString() === new Date().toDateString() ? {} : { month: "short", day: "numeric" };
    return new Intl.DateTimeFormat(say("zh-CN", "en"), { ...day, hour: "2-digit", minute: "2-digit" }).format(at);
  }
  const speaker = (line) => ({ visitor: say("您", "You"), bot: say("机器人", "Bot") }[line.from]
    ?? `${say("人工客服", "Agent")} ${line.agent ?? ""}`);
  function showLine(line) {
    const follows = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
    const own = line.from === "visitor" && line.id && log.querySelector(`[data-id="${CSS.escape(line.id)}"]`);
    const item = own || makeLine(line);
    item.classList.remove("pending", "failed");
    item.dataset.seq = line.seq;
    const waiting = [...log.children].find((other) => other !== item && !other.dataset.seq);
    if (!own || waiting) log.insertBefore(item, waiting ?? null);
    if (follows) toEnd();
  }
  function makeLine(line) {
    const item = el("li", { "data-from": line.from }, el("span.by", {}, speaker(line), el("time", {}, clock(line.at))));
    if (line.text) item.append(el("p.bubble", {}, line.text));
    if (line.card) item.append(makeCard(line.card));
    const taps = (line.quick_replies ?? []).map((reply) => el("button", { type: "button", onclick: () => {
      utter(reply.title, reply.payload);
      scroll.focus({ preventScroll: true }); // The button goes dead; the next Tab should still land in the log.
    } }, reply.title));
    if (taps.length) item.append(el("div.quick", {}, ...taps));
    return item;
  }
  function makeCard(card) {
    const safe = (address) => /^(https?:\/\/|\/(?!\/))/i.test(address ?? ""), plain = card.kind === "card";
    const over = card.expires && card.expires <= Date.now();
    const expiry = over ? say("已过期", "Expired") : card.expires ? say("有效期至 ", "Valid until ") + clock(card.expires) : "";
    const facts = el("div", {}, el("strong", {}, card.title ?? ""), el("code", {}, card.code ?? ""), el("small", {}, card.text ?? expiry));
    const head = card.kind === "gift" ? el("b.amount", {}, say("赠品", "Gift")) : !plain ? el("b.amount", {}, `¥${card.amount}`) : safe(card.image) ? el("img", { src: card.image, alt: card.title ?? "" }) : "";
    const node = el(`div.card${over ? ".over" : ""}${plain ? ".plain" : ""}`, {}, head, facts);
    if (!over && safe(card.url)) {
      const link = el("a", { href: card.url, onclick: () => send("click", { script: card.script ?? "" }) }, card.label ?? (plain ? say("看看", "Have a look") : say("去使用", "Use it now")));
      if (link.origin !== location.origin) Object.assign(link, { target: "_blank", rel: "noopener" });
      node.append(link);
    }
    return node;
  }
  // What the visitor does.
  function utter(text, payload) {
    const frame = send("message", payload ? { text, payload } : { text });
    [awaited, failure] = [desk ? "" : frame.id, ""];
    const item = makeLine({ from: "visitor", text, at: Date.now() });
    [item.dataset.id, item.className] = [frame.id, "pending"];
    log.append(item);
    toEnd();
  }
  const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };
  function submit() {
    const text = input.value.trim();
    input.value = "";
    grow();
    if (text) utter(text);
  }
  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 124)}px`;
  }
  function onKey(event) {
    if (event.isComposing || event.keyCode === 229) return; // That key belongs to the input method; Safari says so by 229 only.
    if (event.key === "Escape" && event.currentTarget === panel) toggle(false);
    if (event.key !== "Enter" || event.shiftKey || event.currentTarget !== input) return;
    event.preventDefault();
    submit();
  }
  function greet() {
    const said = log.children.length || wire.unsent.some((frame) => frame.type === "open");
    if (!panel.hidden && wire.hello?.seq === 0 && !said) send("open");
  }
  function toggle(wanted = panel.hidden) {
    panel.hidden = !wanted;
    (wanted ? input : launcher).focus();
    wire.hurry();
    toEnd();
    greet();
    refresh();
  }
  // Drawing what changed.
  let due;
  function refresh() { due ??= setTimeout(() => { due = undefined; draw(); }); }
  function draw() {
    if (!panel.hidden && !document.hidden && last > remembered().read) remember({ read: last });
    drawLauncher();
    const answers = desk === "agent" ? say(`人工客服 ${agent}`, `Agent ${agent}`)
      : desk ? say("正在为您接入人工客服…", "Connecting you to a person…") : say("机器人为您服务", "You are talking to a bot");
    if (who.textContent !== answers) who.textContent = answers;
    face.classList.toggle("person", desk === "agent");
    human.ariaDisabled = Boolean(desk) || wire.unsent.some((frame) => frame.type === "human"); // Not `disabled`: that drops the focus.
    const thinks = Boolean(wire.hello && ((awaited && !desk) || Date.now() - typing < 4000));
    if (dots.hidden === thinks) { dots.hidden = !thinks; toEnd(); }
    const lost = !navigator.onLine ? say("网络已断开，恢复后自动发送", "Offline – we send when you are back")
      : closed ? say("客服暂未开放", "Not open yet") : wire.isLost ? say("正在重新连接…", "Reconnecting…") : "";
    if (notice.textContent !== (lost || failure)) notice.textContent = lost || failure;
    // Buttons live until the visitor says something; an offer that comes between does not take them away.
    const live = desk ? null : [...log.querySelectorAll(".quick:not(li:has(~ [data-from=visitor]) *)")].at(-1);
    for (const tap of log.querySelectorAll(".quick button")) tap.disabled = tap.parentNode !== live;
  }
  function drawLauncher() {
    const { read, hushed } = remembered(), open = !panel.hidden;
    const news = [...lines.values()].filter((line) => line.from !== "visitor" && line.seq > read);
    const fresh = open ? [] : news.filter((line) => line.seq > hushed).reverse();
    const words = fresh.find((line) => line.text)?.text ?? "", card = fresh.find((line) => line.card)?.card;
    const many = news.length ? say(`，${news.length} 条未读`, `, ${news.length} unread`) : "";
    badge.hidden = !news.length;
    badge.textContent = news.length > 99 ? "99+" : news.length;
    launcher.setAttribute("aria-label", (open ? say("收起对话", "Close the chat") : say("打开在线客服", "Open the chat")) + many);
    launcher.setAttribute("aria-expanded", String(open));
    teaser.hidden = !words && !card;
    teaserText.textContent = words;
    teaserCard.textContent = card ? `${card.amount ? `¥${card.amount} ` : ""}${card.title ?? ""}` : "";
  }
  // Beginning and leaving.
  function begin() {
    const style = el("link", { rel: "stylesheet", href: place("widget.css"), onload: () => { host.hidden = false; } });
    host.attachShadow({ mode: "open" }).append(style, el("div", { role: "status" }, teaser), panel, launcher);
    document.body.append(host);
    wire.begin();
    document.dispatchEvent(new Event("dialoom:ready"));
  }
  addEventListener("storage", (event) => { if (event.key === KEY) refresh(); });
  document.addEventListener("visibilitychange", refresh);
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("pagehide", () => { leaving = true; flush(); });
  window.Dialoom = {
    visitor, open: () => toggle(true), close: () => toggle(false),
    track: (event, properties = {}) => report("track", { event, properties }),
    page: (properties = {}) => report("page", { properties: { path: location.pathname, search: location.search, ...properties } }),
    identify: (traits = {}) => report("identify", { traits }),
  };
  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
})();
