import { describeBar, describeChart, layOutChart } from "./chart.ts";
import { formatScale } from "./chart-svg.ts";

/**
 * The page's script: it keeps the numbers up to date and lets the snippets be copied.
 *
 * Plain text for the browser, beside the functions that drew the page on the server. These arrive
 * under fixed names whatever a bundler calls them.
 */
export const pageScript = `
const layOutChart = ${layOutChart.toString()};
const describeBar = ${describeBar.toString()};
const describeChart = ${describeChart.toString()};
const formatScale = ${formatScale.toString()};

const element = (id) => document.getElementById(id);
const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
const path = "/counter/" + encodeURIComponent(document.body.dataset.page);

// What is shown

function showCount({ count, last_minute, instance }) {
  const text = count.toLocaleString("en-US");
  document.title = text + " · Views of " + document.body.dataset.page;
  write(element("count"), text);
  element("count").style.setProperty("--characters", text.length);
  write(document.querySelector("#badge title"), "views: " + text);
  write(document.querySelector("#badge text:last-of-type"), text);
  write(element("last-minute"), last_minute.toLocaleString("en-US"));
  write(element("instance"), instance);
}

function showHistory({ to, seconds }) {
  const chart = layOutChart(seconds, to);
  write(element("last-minute"), chart.lastMinute.toLocaleString("en-US"));
  write(element("total"), chart.total.toLocaleString("en-US"));
  write(element("scale"), formatScale(chart.scale));
  element("chart").setAttribute("aria-label", describeChart(chart));
  chart.bars.forEach((bar, index) => {
    const [title, , rectangle] = element("chart").children[index].children;
    write(title, describeBar(bar));
    rectangle.setAttribute("height", bar.height);
  });
}

function showState(state, text) {
  element("state").dataset.state = state;
  write(element("state"), text);
}

// The chart: each second while views come, every 10 s while none do

let refreshTimer;
let refreshedAt = 0;

function refreshAt(time) {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refresh, Math.max(0, time - performance.now()));
}

async function refresh() {
  refreshedAt = performance.now();
  refreshAt(refreshedAt + 10_000);
  try {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(path + "/history?seconds=600", { signal });
    if (!response.ok) throw new Error(response.statusText);
    showHistory(await response.json());
  } catch {
    // A server without its store keeps the stream open, and has nothing to say on it.
    if (stream.readyState === EventSource.OPEN) reconnect();
  }
}

// The stream: a hidden page leaves its place to others

let stream;
let streamTimer;
let failures = 0;

function connect() {
  stream = new EventSource(path + "/events");
  stream.addEventListener("open", () => {
    failures = 0;
    showState("live", "Live");
  });
  stream.addEventListener("count", ({ data }) => {
    showCount(JSON.parse(data));
    refreshAt(refreshedAt + 1_000);
  });
  stream.addEventListener("error", reconnect);
}

function disconnect() {
  stream?.close();
  clearTimeout(streamTimer);
}

function reconnect() {
  disconnect();
  if (document.hidden) return;
  showState("lost", "Not live, reconnecting …");
  // Apart from one another, or after an outage all pages would come back in the same instant.
  const waitMs = Math.min(10_000, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2);
  failures += 1;
  streamTimer = setTimeout(connect, waitMs);
}

function wakeOrSleep() {
  disconnect();
  clearTimeout(refreshTimer);
  if (document.hidden) return;
  connect();
  refresh();
}

document.addEventListener("visibilitychange", wakeOrSleep);
wakeOrSleep();

// A calm voice: the count in words, now and then

setInterval(() => write(element("announcement"), "Views: " + element("count").textContent), 15_000);

// The snippets

for (const field of document.querySelectorAll("#badge input")) {
  field.value = field.value.replace(document.body.dataset.origin, location.origin);
}

for (const button of document.querySelectorAll("#badge button")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    element(button.value).select();
    // Unlike navigator.clipboard this works over plain HTTP as well.
    const copied = document.execCommand("copy");
    button.firstChild.data = copied ? "Copied" : "Press Ctrl+C";
    write(element("announcement"), copied ? "Copied" : "Selected: press Control C to copy");
    setTimeout(() => (button.firstChild.data = "Copy"), 2_000);
  });
}
`;
