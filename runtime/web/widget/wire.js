// The wire: frames to and from the server by whichever way gets through. That is a WebSocket; else a
// stream of events, with posts; else, where somebody in between keeps a stream back, one poll after
// the other. Served as one script with widget.js, which makes it.
function makeWire({ place, key, visitor, lang, asks, isBusy, take, changed }) {
  const WAYS = ["socket", "stream", "poll"], HOUR = 3600000, AGAIN = 8000;
  const unsent = []; // frames without an ack, oldest first
  const known = { desk: "", agent: "" };
  let line = null, asked, hello = null; // the way that is open, what it was asked for, and its first frame
  let timer, due = 0, greeting, tries = 0, refused = 0, posting = false;
  let opened = 0, heard = 0, said = 0, pinged = 0, pace = 0;
  const query = (more) => new URLSearchParams({ visitor, lang, ...more });
  const within = (least, most) => least + Math.random() * (most - least);
  const call = (path, more, signal) => fetch(place(`chat/${path}`), {
    credentials: "omit", cache: "no-store", signal, ...more });
  // What worked is remembered for this tab; the socket is tried beside it, at first soon, then every hour.
  let works = { way: "socket", probe: 0 };
  try { works = { ...works, ...JSON.parse(sessionStorage.getItem(key)) }; } catch { /* Storage is blocked. */ }
  let way = WAYS.includes(works.way) ? works.way : "socket";
  function keep(change) {
    works = { ...works, ...change };
    try { sessionStorage.setItem(key, JSON.stringify(works)); } catch { /* Then only this page remembers. */ }
  }
  function address() {
    const found = place(`ws/chat?${query({ since: asks().since })}`);
    found.protocol = found.protocol.replace("http", "ws");
    return found;
  }
  function openSocket(mine) {
    const socket = new WebSocket(address());
    mine.close = () => { socket.onopen = socket.onmessage = socket.onclose = null; socket.close?.(); };
    mine.send = (body) => {
      if (socket.readyState !== 1) return false;
      socket.send(body);
      said = Date.now();
      return true;
    };
    socket.onopen = () => { heard = said = Date.now(); flow(); };
    socket.onmessage = (event) => receive(mine, JSON.parse(event.data));
    socket.onclose = () => lost(mine);
  }
  async function openStream(mine) {
    const ending = new AbortController();
    mine.close = () => ending.abort();
    const answer = await call(`events?${query({ since: asked.since })}`, {}, ending.signal);
    if (!answer.ok) throw answer;
    const reader = answer.body.getReader(), text = new TextDecoder();
    for (let waiting = "", part; !(part = await reader.read()).done;) {
      heard = Date.now();
      const events = (waiting + text.decode(part.value, { stream: true })).split("\n\n");
      waiting = events.pop();
      for (const event of events) {
        const data = event.split("\n").find((row) => row.startsWith("data: "));
        if (data) receive(mine, JSON.parse(data.slice(6)));
      }
    }
  }
  async function openPoll(mine) {
    while (mine === line) {
      const ending = new AbortController(), end = setTimeout(() => ending.abort(), 45000), begun = Date.now();
      mine.close = () => ending.abort();
      const more = hello ? { ...known, wait: 25 } : { hello: 1 };
      const { since } = asks();
      const answer = await call(`lines?${query({ since, ...more })}`, {}, ending.signal);
      if (!answer.ok) throw answer;
      const { frames, seq } = await answer.json();
      clearTimeout(end);
      if (!more.hello && seq < since) return lost(mine); // The log began anew; the next hello says so.
      for (const frame of frames) receive(mine, frame);
      // Whoever answers for the server may have kept an old answer.
      if (!frames.length && Date.now() - begun < 1000) await new Promise((done) => setTimeout(done, within(1000, 3000)));
    }
  }
  const open = { socket: openSocket, stream: openStream, poll: openPoll };
  function connect() {
    drop();
    if (document.hidden && !unsent.length) return; // Until somebody looks.
    asked = asks();
    opened = heard = said = Date.now();
    const mine = line = {};
    for (const frame of unsent) frame.sent = 0;
    greeting = setTimeout(() => lost(mine, 0, true), way === "poll" ? 15000 : 4000);
    const chosen = way;
    Promise.resolve().then(() => mine === line && open[chosen](mine)).then(() => chosen === "socket" || lost(mine),
      (answer) => lost(mine, 1000 * answer?.headers?.get("Retry-After") || 0));
  }
  function drop() {
    clearTimeout(timer);
    clearTimeout(greeting);
    if (hello && Date.now() - opened > 10000) tries = 0;
    const old = line;
    line = hello = timer = null;
    pinged = 0;
    old?.close?.();
  }
  function lost(mine, least = 0, silent = false) {
    if (mine !== line) return;
    if (hello) refused = 0;
    else if (silent || way !== "socket" || ++refused > 1) {
      way = WAYS[(WAYS.indexOf(way) + 1) % WAYS.length];
      refused = 0;
    }
    drop();
    schedule(least);
  }
  // At any time within what doubles, so that those who lost one server do not come to the next all at
  // once; who is in the middle of talking comes first.
  function schedule(least = 0) {
    const most = Math.min(30000, (isBusy() || unsent.length ? 500 : 4000) * 2 ** tries);
    tries += 1;
    // Some browsers are wrong about being offline, so it is tried now and then all the same.
    wait(Math.max(least, navigator.onLine ? within(0, most) : within(15000, 30000)));
    changed();
  }
  function wait(ms) {
    clearTimeout(timer);
    due = Date.now() + ms;
    timer = setTimeout(connect, ms);
  }
  function hurry() {
    const ms = within(0, Math.min(30000, 500 * 2 ** tries));
    if (!line && (!timer || Date.now() + ms < due)) wait(ms);
  }
  function receive(mine, frame) {
    if (mine !== line) return;
    heard = Date.now();
    clearTimeout(greeting);
    if (frame.type === "desk") Object.assign(known, { desk: frame.state, agent: frame.agent ?? "" });
    if (frame.type === "hello") {
      hello = frame;
      Object.assign(known, { desk: frame.desk, agent: "" });
      if (works.way !== way) keep({ way, probe: way === "socket" ? 0 : Math.max(works.probe, Date.now() + within(30000, 60000)) });
    }
    take(frame);
    if (frame.type === "hello") flow();
  }
  const isDue = (frame) => Date.now() - (frame.sent ?? 0) > AGAIN;
  const text = ({ sent, ...frame }) => JSON.stringify(frame);
  function flow() {
    if (way !== "socket") return void post();
    for (const frame of unsent.filter(isDue)) if (line?.send?.(text(frame))) frame.sent = Date.now();
  }
  // One at a time, so that nothing overtakes; plain text needs no preflight.
  async function post() {
    if (posting) return;
    posting = true;
    for (let frame; hello && way !== "socket" && (frame = unsent[0]) && isDue(frame);) {
      frame.sent = Date.now();
      await posted(frame).catch(() => {}); // Then it goes again in a while.
    }
    posting = false;
  }
  async function posted(frame) {
    const ending = new AbortController(), end = setTimeout(() => ending.abort(), 20000);
    const more = { method: "POST", keepalive: true, headers: { "Content-Type": "text/plain" }, body: text(frame) };
    const answer = await call(`frames?${query({ since: asks().since })}`, more, ending.signal).finally(() => clearTimeout(end));
    if ([400, 413].includes(answer.status)) return take({ type: "error", id: frame.id, code: "bad_frame" });
    if (!answer.ok) return void (frame.sent = Date.now() - AGAIN + 1000 * (answer.headers.get("Retry-After") || 2) * within(1, 2));
    for (const one of (await answer.json()).frames) if (one.type !== "line" || one.seq === asks().since + 1) take(one);
  }
  function send(type, more, id) {
    const frame = { type, id, ...more };
    unsent.push(frame);
    flow();
    hurry();
    return frame;
  }
  function tick() {
    const now = Date.now();
    if (!line) return;
    if (way === "stream" && hello && now - heard > 50000) return lost(line); // Half-open, as below.
    if (way !== "socket" && hello && now > works.probe) probe();
    if (way === "socket" && hello) {
      // The browser may not notice for minutes; and who says nothing for too long is taken for gone.
      if (pinged > heard && now - pinged > 10000) return lost(line);
      if (pinged <= heard && now - Math.min(heard, said) > pace && line.send('{"type":"ping"}')) [pinged, pace] = [now, within(30000, 45000)];
    }
    flow();
  }
  function probe() {
    keep({ probe: Date.now() + within(HOUR / 2, HOUR) });
    let socket;
    try { socket = new WebSocket(address()); } catch { return; }
    const end = setTimeout(() => socket.close?.(), 4000);
    socket.onmessage = () => {
      clearTimeout(end);
      socket.close();
      way = "socket";
      connect();
    };
  }
  function look() {
    if (document.hidden) { if (way !== "socket" && !unsent.length) drop(); } // A browser has few of these connections for all its tabs.
    else if (!line) hurry();
  }
  addEventListener("online", () => {
    if (hello && Date.now() - opened < 5000) return; // It came before the browser said so.
    tries = 0;
    drop();
    wait(within(0, 1000));
    changed();
  });
  addEventListener("offline", () => { drop(); schedule(); });
  document.addEventListener("visibilitychange", look);
  return {
    unsent, send, connect, hurry,
    begin() { pace = within(30000, 45000); connect(); setInterval(tick, 2000); },
    again() { drop(); schedule(); },
    settle: (id) => unsent.splice(0, unsent.length, ...unsent.filter((frame) => frame.id !== id)),
    get hello() { return hello; },
    get asked() { return asked; },
    get isLost() { return !hello && tries > 3; },
  };
}
