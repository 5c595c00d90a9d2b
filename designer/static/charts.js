// Charts: the library is fetched when the first one comes into view. The same numbers stand in a table below each.
const library = new URL("./vendor/echarts.min.js", import.meta.url);
const shown = new WeakMap();
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Bars of what was seen and lines of what was ordered, for each wording. */
function options({ dates, series, words }) {
  const colors = ["--accent", "--ok", "--warn", "--danger"].map(token), text = { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily }, line = { lineStyle: { color: token("--border") } };
  const bars = series.map(({ name, exposures }) => ({ name, type: "bar", stack: "seen", data: exposures, barMaxWidth: 28, itemStyle: { opacity: 0.75 } }));
  const lines = series.map(({ name, orders }, n) => ({ name: `${name} · ${words.orders}`, type: "line", yAxisIndex: 1, data: orders, symbol: ["circle", "rect", "triangle", "diamond"][n % 4], symbolSize: 7, itemStyle: { color: colors[n % 4] }, lineStyle: { color: colors[n % 4], type: "dashed" } }));
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, decal: { show: series.length > 1 } },
    color: colors,
    textStyle: text,
    grid: { left: 8, right: 8, top: 34, bottom: 44, containLabel: true },
    legend: { bottom: 0, textStyle: text, type: "scroll" },
    tooltip: { trigger: "axis", backgroundColor: token("--surface"), borderColor: token("--border"), textStyle: { color: token("--text") } },
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
  chart.setOption(options(data));
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); draw(target); }
});
const sized = new ResizeObserver((entries) => { for (const { target } of entries) shown.get(target)?.resize(); });
function observe(root) { for (const home of root.querySelectorAll?.("[data-chart]") ?? []) { seen.observe(home); sized.observe(home); } }

document.addEventListener("htmx:load", ({ detail }) => observe(detail.elt));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const home of document.querySelectorAll("[data-chart]")) if (shown.has(home)) draw(home); });
observe(document);
