// Charts: the library is fetched when the first one comes into view. The same numbers stand in a table below each.
const library = new URL("./vendor/echarts.min.js", import.meta.url);
const shown = new WeakMap();
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const colors = () => ["--accent", "--ok", "--warn", "--danger"].map(token);

/** What all charts share: letters, lines and boxes in the colours of the page. */
function common() {
  const text = { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily };
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true },
    textStyle: text,
    tooltip: { backgroundColor: token("--surface"), borderColor: token("--border"), textStyle: { color: token("--text") } },
    line: { lineStyle: { color: token("--border") } },
    text,
  };
}

const kinds = { days, heat, calibration, curve, lines, course, shares, belief };
const share = (value) => `${Math.round(value * 100)} %`;
const signed = (value) => `${value > 0 ? "+" : ""}${share(value)}`.replace("-", "−");

/** One number a day, a line for each side. */
function lines({ dates, series }) {
  const { line, text, ...shared } = common();
  return {
    ...shared,
    color: [token("--muted"), token("--accent")],
    grid: { left: 8, right: 16, top: 16, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text },
    tooltip: { ...shared.tooltip, trigger: "axis" },
    xAxis: { type: "category", data: dates, axisLabel: text, axisLine: line, axisTick: { show: false } },
    yAxis: { type: "value", axisLabel: text, minInterval: 1, splitLine: line },
    series: series.map(({ name, values }, n) => ({ name, type: "line", data: values, symbol: ["circle", "rect"][n], symbolSize: 7, lineStyle: { type: n ? "solid" : "dashed" } })),
  };
}

/** Precision and recall by threshold, and the threshold that is chosen. */
function curve({ points, threshold, words }) {
  const { line, text, ...shared } = common(), percent = { ...text, formatter: (share) => `${Math.round(share * 100)} %` };
  const [right, found] = ["precision", "recall"].map((key) => points.map((point) => [point.threshold, point[key]]));
  const here = { type: "line", silent: true, symbol: "none", data: [[threshold, 0], [threshold, 1]], tooltip: { show: false }, lineStyle: { color: token("--danger"), width: 2 } };
  const one = (name, data, color, symbol) => ({ name, type: "line", data, symbol, symbolSize: 6, itemStyle: { color }, lineStyle: { color } });
  return {
    ...shared,
    animation: false,
    grid: { left: 8, right: 16, top: 24, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text },
    tooltip: { ...shared.tooltip, trigger: "axis", valueFormatter: (share) => `${Math.round(share * 100)} %` },
    xAxis: { type: "value", min: 0, max: 1, axisLabel: text, splitLine: { show: false } },
    yAxis: { type: "value", min: 0, max: 1, axisLabel: percent, splitLine: line },
    series: [one(words.precision, right, token("--accent"), "circle"), one(words.recall, found, token("--ok"), "rect"), here],
  };
}

/** Let a slider move the threshold of its curve, and say what that one would do. */
function follow(slider) {
  const home = document.getElementById(slider.dataset.curve), form = slider.form;
  slider.previousElementSibling.value = slider.value;
  if (!home) return;
  const data = JSON.parse(home.dataset.chart), threshold = Number(slider.value);
  home.dataset.chart = JSON.stringify({ ...data, threshold });
  if (shown.has(home)) draw(home);
  const point = data.points.reduce((a, b) => (Math.abs(b.threshold - threshold) < Math.abs(a.threshold - threshold) ? b : a));
  const says = form.querySelector("[data-says]"), share = (value) => Math.round(value * 100);
  says.textContent = says.dataset.says.replace("%flagged%", point.flagged).replace("%right%", point.right).replace("%precision%", share(point.precision)).replace("%recall%", share(point.recall));
}
document.addEventListener("input", ({ target }) => { if (target.matches("[data-curve]")) follow(target); });
document.addEventListener("click", ({ target }) => {
  const slider = target.matches("[data-threshold]") && target.form.querySelector("[data-curve]");
  if (slider) { slider.value = target.dataset.threshold; follow(slider); }
});

/** The confusion matrix; a cell is the darker the more often it happened. */
function heat({ labels, cells }) {
  const { line, text, ...shared } = common(), most = Math.max(1, ...cells.map(([, , many]) => many));
  const axis = { type: "category", data: labels, axisLabel: { ...text, interval: 0, fontSize: 11, overflow: "truncate", width: 84 }, axisLine: line, axisTick: { show: false } };
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: ({ value: [found, meant, many] }) => `${labels[meant]} → ${labels[found]}: ${many}` },
    grid: { left: 4, right: 4, top: 8, bottom: 4, containLabel: true },
    xAxis: { ...axis, axisLabel: { ...axis.axisLabel, rotate: 60 } },
    yAxis: { ...axis, inverse: true },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [token("--accent-soft"), token("--accent")] } },
    series: [{ type: "heatmap", data: cells, emphasis: { itemStyle: { borderColor: token("--text") } } }],
  };
}

/** How often it was right beside how sure it was; the broken line is what would be honest. */
function calibration({ bins, words }) {
  const { line, text, ...shared } = common(), percent = { ...text, formatter: (share) => `${Math.round(share * 100)} %` };
  const axis = { type: "value", min: 0, max: 1, axisLabel: percent, splitLine: line, nameTextStyle: text };
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: ({ value: [sure, right, size] }) => size ? `${Math.round(sure * 100)} % → ${Math.round(right * 100)} % (${size})` : "" },
    grid: { left: 8, right: 24, top: 30, bottom: 26, containLabel: true },
    xAxis: { ...axis, name: words.sure, nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axis, name: words.right },
    series: [
      { type: "line", data: [[0, 0], [1, 1]], symbol: "none", silent: true, lineStyle: { type: "dashed", color: token("--muted") } },
      { type: "line", data: bins, symbolSize: (value) => 6 + Math.min(18, Math.sqrt(value[2])), itemStyle: { color: token("--accent") }, lineStyle: { color: token("--accent") } },
    ],
  };
}

/** A lift over time between the ends of its interval; the broken line is the one that is wanted. */
function course({ rows, target, words }) {
  const { line, text, ...shared } = common(), accent = token("--accent");
  const end = (name, data, area) => ({ name, type: "line", data, symbol: "none", stack: "range", stackStrategy: "all", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, ...(area ? { areaStyle: { color: accent, opacity: 0.18 } } : {}) });
  const flat = (value, type) => ({ type: "line", data: [rows[0], rows.at(-1)].map(([at]) => [at, value]), symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { type, color: token("--muted"), width: 1 } });
  return {
    ...shared,
    grid: { left: 8, right: 20, top: 16, bottom: 12, containLabel: true },
    tooltip: { ...shared.tooltip, trigger: "axis", formatter: (all) => { const row = rows[all[0].dataIndex]; return `${new Date(row[0]).toLocaleString()}<br>${words.best} ${signed(row[2])}<br>${words.range} ${signed(row[1])} … ${signed(row[3])}`; } },
    xAxis: { type: "time", axisLabel: { ...text, hideOverlap: true }, axisLine: line },
    yAxis: { type: "value", axisLabel: { ...text, formatter: signed }, splitLine: line },
    series: [
      { name: words.best, type: "line", data: rows.map(([at, , best]) => [at, best]), symbol: "none", lineStyle: { color: accent, width: 2 }, itemStyle: { color: accent } },
      end("low", rows.map(([at, low]) => [at, low])), end(words.range, rows.map(([at, low, , high]) => [at, high - low]), true),
      flat(0, "solid"), flat(target, "dashed"),
    ],
  };
}

/** How likely each rate of each wording is. */
function belief({ series }) {
  const { line, text, ...shared } = common(), finely = (value) => `${(value * 100).toFixed(1)} %`;
  return {
    ...shared,
    color: colors(),
    grid: { left: 8, right: 24, top: 16, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text },
    tooltip: { ...shared.tooltip, trigger: "axis", formatter: (all) => finely(all[0].value[0]) },
    xAxis: { type: "value", scale: true, axisLabel: { ...text, formatter: finely, hideOverlap: true }, axisLine: line, splitLine: { show: false } },
    yAxis: { type: "value", show: false },
    series: series.map(({ name, values }, n) => ({ name, type: "line", data: values, symbol: "none", smooth: true, lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][n % 3] }, areaStyle: { opacity: 0.15 } })),
  };
}

/** The shares of the arms one on the other, as they were in force. */
function shares({ series }) {
  const { line, text, ...shared } = common();
  return {
    ...shared,
    aria: { enabled: true, decal: { show: true } },
    color: colors(),
    grid: { left: 8, right: 20, top: 16, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text },
    tooltip: { ...shared.tooltip, trigger: "axis", valueFormatter: (value) => (typeof value === "number" ? share(value) : value) },
    xAxis: { type: "time", axisLabel: { ...text, hideOverlap: true }, axisLine: line },
    yAxis: { type: "value", min: 0, max: 1, axisLabel: { ...text, formatter: share }, splitLine: line },
    series: series.map(({ name, values }) => ({ name, type: "line", step: "end", stack: "all", data: values, symbol: "none", lineStyle: { width: 1 }, areaStyle: { opacity: 0.55 } })),
  };
}

/** Bars of what was seen and lines of what was ordered, for each wording. */
function days({ dates, series, words }) {
  const { line, text, ...shared } = common();
  const bars = series.map(({ name, exposures }) => ({ name, type: "bar", stack: "seen", data: exposures, barMaxWidth: 28, itemStyle: { opacity: 0.75 } }));
  const lines = series.map(({ name, orders }, n) => ({ name: `${name} · ${words.orders}`, type: "line", yAxisIndex: 1, data: orders, symbol: ["circle", "rect", "triangle", "diamond"][n % 4], symbolSize: 7, itemStyle: { color: colors()[n % 4] }, lineStyle: { color: colors()[n % 4], type: "dashed" } }));
  return {
    ...shared,
    aria: { enabled: true, decal: { show: series.length > 1 } },
    color: colors(),
    grid: { left: 8, right: 8, top: 34, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text, type: "scroll" },
    tooltip: { ...shared.tooltip, trigger: "axis" },
    xAxis: { type: "category", data: dates, axisLabel: text, axisLine: line, axisTick: { show: false } },
    yAxis: [words.exposures, words.orders].map((name, n) => ({ type: "value", name, nameTextStyle: text, axisLabel: text, minInterval: 1, splitLine: n ? { show: false } : line })),
    series: [...bars, ...lines],
  };
}

async function draw(home) {
  const { init } = await import(library);
  const data = JSON.parse(home.dataset.chart);
  const chart = shown.get(home) ?? init(home, null, { renderer: "svg" });
  shown.set(home, chart);
  chart.setOption(kinds[data.kind](data));
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); draw(target); }
});
const sized = new ResizeObserver((entries) => { for (const { target } of entries) shown.get(target)?.resize(); });
function observe(root) { for (const slider of root.querySelectorAll?.("[data-curve]") ?? []) follow(slider); for (const home of root.querySelectorAll?.("[data-chart]") ?? []) { seen.observe(home); sized.observe(home); } }

document.addEventListener("htmx:load", ({ detail }) => observe(detail.elt));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const home of document.querySelectorAll("[data-chart]")) if (shown.has(home)) draw(home); });
observe(document);
