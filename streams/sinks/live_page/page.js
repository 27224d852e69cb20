"use strict";
const EVERY = 1000;        // ms between two questions to the worker
const PATIENCE = 4000;     // ms for an answer
const OLD = 30;            // s after which figures are no news
const BLINK = 5;           // s without an answer that a network may take
const HANDOVER = 60;       // s for which a line that changes hands keeps its last figures
const NEAR = 0.05;         // above the target by less is at risk
const SHOWN_ALERTS = 5;

const SHAPES = { ok: "●", at_risk: "▲", breach: "■", closed: "–", no_data: "?" };

const byId = id => document.getElementById(id);
const SAY = JSON.parse(byId("texts").textContent);   // by language, the plan's first
const SHOWN = JSON.parse(byId("shown").textContent); // which figures, of a line and of the city
const tiles = new Map();
let language = null, live = null, heard = 0, failing = null, known = new Map(), words = "";

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
function put(node, text) { if (node.textContent !== text) node.textContent = text; }
function putSized(node, text) { // what must fit however long it is: its size is made of its length
  put(node, text);
  node.style.setProperty("--letters", text.length);
}

function filled(text, fields) { return text.replace(/\{(\w+)\}/g, (_, field) => fields[field]); }

// ---- numbers as people write them
function percent(share, target) {
  if (share === null || share === undefined) return "–";
  const rounded = Math.round(share * 100);
  // 79.6 % of a promised 80 % is a miss and must not be rounded into a hit.
  const digits = target !== undefined && share < target && rounded / 100 >= target ? 1 : 0;
  const value = digits ? Math.floor(share * 1000) / 1000 : rounded / 100;
  return `${number(100 * value, digits)}\u202f%`;
}
function number(value, digits = 0) {
  const [whole, part] = value.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, SAY[language].thousands);
  return part ? grouped + SAY[language].decimal + part : grouped;
}
function count(value) { return value === null || value === undefined ? "–" : number(value); }
function wait(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.floor(seconds), pad = n => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}
function inTheCity(seconds) {   // the parts of a moment by the city's clocks
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: live.time_zone, year: "numeric",
    month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23" });
  return Object.fromEntries(form.formatToParts(seconds * 1000).map(part => [part.type, part.value]));
}
function clock(seconds) {
  const { hour, minute, second } = inTheCity(seconds);
  return `${hour}:${minute}:${second}`;
}
function day(seconds) {
  const { year, month, day } = inTheCity(seconds), say = SAY[language];
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;   // 0 is Monday
  return filled(say.day, { weekday: say.days[weekday], day: Number(day), month: say.months[month - 1] });
}
function length(seconds) {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

// ---- tiles
function figure() {
  const node = make("div", "figure");
  const parts = { node, title: make("h3"), value: make("p", "value"), bar: make("div", "bar"),
    basis: make("p", "basis") };
  parts.bar.setAttribute("aria-hidden", "true");
  parts.bar.append(make("i"), make("b"));
  node.append(parts.title, parts.value, parts.bar, parts.basis);
  return parts;
}
function now() {
  const parts = { node: make("div"), title: make("dt"), value: make("dd") };
  parts.node.append(parts.title, parts.value);
  return parts;
}
function tile(line) {
  const parts = { node: make("article", "tile"), name: make("h2"), shape: make("span", "shape"),
    word: make("span"), recent: SHOWN.line.recent.map(figure), waiting: now(), oldest: now(),
    today: SHOWN.line.today.map(now) };
  parts.shape.setAttribute("aria-hidden", "true");
  parts.name.id = `line-${tiles.size}`;
  parts.node.setAttribute("aria-labelledby", parts.name.id);
  parts.node.dataset.panel = String(tiles.size);
  parts.node.append(make("div", "inside",
    make("div", "band", parts.name, make("p", "state", parts.shape, parts.word)),
    make("div", "figures", ...parts.recent.map(each => each.node)),
    make("dl", "now", parts.waiting.node, parts.oldest.node, ...parts.today.map(each => each.node))));
  tiles.set(line.line, parts);
  return parts;
}
function showFigure(parts, title, share, of, target, leftOut) {
  const say = SAY[language];
  put(parts.title, title);
  put(parts.value, percent(share, target));
  const some = share !== null && share !== undefined;
  const basis = [`${say.target} ${percent(target)}`];
  if (some) basis.push(filled(say.of, { count: count(of) }));
  if (leftOut) basis.push(filled(say.left_out, { share: percent(leftOut) }));
  put(parts.basis, basis.join(" · "));
  parts.node.classList.toggle("below", some && share < target);
  parts.node.classList.toggle("near", some && share >= target && share - target < NEAR);
  parts.bar.style.setProperty("--v", some ? share : 0);
  parts.bar.style.setProperty("--t", target);
}
function showNow(parts, title, value) { put(parts.title, title); putSized(parts.value, value); }
function name(line) { return line.names[language] || Object.values(line.names)[0] || line.line; }

function showLine(line, fresh) {
  const say = SAY[language], parts = tiles.get(line.line) || tile(line);
  const status = fresh ? line.status : "no_data";
  parts.node.dataset.status = status;
  parts.node.dataset.title = line.line;
  putSized(parts.name, name(line));
  parts.name.title = name(line);
  put(parts.shape, SHAPES[status]);
  put(parts.word, say.status[status]);
  SHOWN.line.recent.forEach((name, at) => showFigure(parts.recent[at],
    filled(say[`line.recent.${name}`], { seconds: line.threshold }),
    line[name], line[`${name}_of`], line[`${name}_target`], line[`${name}_left_out`]));
  showNow(parts.waiting, say.waiting, count(line.waiting));
  showNow(parts.oldest, say.oldest, line.waiting ? wait(line.oldest_wait) : "–");
  SHOWN.line.today.forEach((name, at) =>
    showNow(parts.today[at], say[`line.today.${name}`], percent(line[`${name}_today`])));
  const home = byId(line.tier === 1 ? "first" : "desks");
  if (parts.node.parentNode !== home) home.append(parts.node);
  return `${name(line)}: ${say.status[status]}`;
}

// ---- the city
function showWhole(whole) {
  const say = SAY[language], list = byId("whole");
  const basis = (name, of) => filled(say[`city.of.${name}`], { count: count(of) });
  const today = name => [say[`city.today.${name}`], percent(whole?.[`${name}_today`]),
    basis(name, whole?.contacts_today)];
  const rows = [
    ...SHOWN.city.recent.map(name =>
      [say[`city.recent.${name}`], percent(whole?.[name]), basis(name, whole?.[`${name}_of`])]),
    ...SHOWN.city.recent.map(today),
    [say.whole_waiting, count(whole?.waiting),
      whole?.waiting ? filled(say.whole_oldest, { wait: wait(whole.oldest_wait) }) : "\u00a0"],
    ...SHOWN.city.today.map(today),
  ];
  if (!list.children.length)
    for (const _ of rows)
      list.append(make("div", "", make("dt"), make("dd", "value"), make("dd", "basis")));
  rows.forEach((row, at) => row.forEach((text, part) => put(list.children[at].children[part], text)));
}
function showAlerts(alerts) {
  const say = SAY[language];
  const rows = alerts.slice(0, SHOWN_ALERTS).map(alert => make("li", "",
    make("span", "", alert.summary[language] || Object.values(alert.summary)[0] || alert.line)));
  if (alerts.length > SHOWN_ALERTS)
    rows.push(make("li", "more", filled(say.more, { count: alerts.length - SHOWN_ALERTS })));
  byId("alerts").replaceChildren(...rows);
}

// ---- how old it is
function age() { return live === null || live.age === null ? null : live.age + (performance.now() - heard) / 1000; }
function silent() {
  return failing !== null && (live === null || performance.now() - failing > BLINK * 1000);
}
function state() {
  if (silent()) return "unreachable";
  if (live === null || age() === null) return "starting";
  return age() > OLD ? "old" : "live";
}
function showAsOf() {
  const say = SAY[language], output = byId("as-of"), now = state();
  document.documentElement.dataset.state = now;
  const when = live?.as_of ? clock(live.as_of) : null;
  const [word, text] = {
    starting: ["", say.starting],
    live: [live?.as_of ? `${day(live.as_of)}, ${say.as_of}` : "", when || ""],
    old: [when && filled(say.stopped, { clock: when }), filled(say.old, { age: length(age() || 0) })],
    unreachable: [when && filled(say.stopped, { clock: when }), say.unreachable],
  }[now];
  const small = make("span", "word", word || "\u00a0");
  output.replaceChildren(small, make("span", "time", text));
}

// ---- a wall has room for all tiles at once: the number of columns that keeps them in good shape
const GOOD_SHAPE = 1.35;
function columns(howMany, width, height) {
  let best = 1, least = Infinity;
  for (let across = 1; across <= howMany; across++) {
    const down = Math.ceil(howMany / across);
    const shape = Math.abs(Math.log(width / across / (height / down) / GOOD_SHAPE));
    const empty = (across * down - howMany) / howMany;
    if (shape + empty < least) { least = shape + empty; best = across; }
  }
  return best;
}
function arrange() {
  const main = byId("main"), first = byId("first"), desks = byId("desks");
  const some = desks.children.length, most = first.children.length;
  const part = !some ? 0 : !most ? 1 : Math.min(0.5, Math.max(0.26, some / (some + 2 * most)));
  main.style.setProperty("--first", `${1 - part}fr`);
  main.style.setProperty("--desks", `${part}fr`);
  const { width, height } = main.getBoundingClientRect();
  first.style.setProperty("--columns", columns(Math.max(1, most), width, height * (1 - part)));
  desks.style.setProperty("--columns", columns(Math.max(1, some), width, height * part));
}

// ---- all of it
function draw() {
  const say = SAY[language];
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-say]")) put(node, say[node.dataset.say]);
  for (const node of document.querySelectorAll("[data-label]"))
    node.setAttribute("aria-label", say[node.dataset.label]);
  for (const node of document.querySelectorAll("[data-language]"))
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  showAsOf();
  if (live === null) return;
  document.title = `${live.city}: ${say.title}`;
  putSized(byId("city"), live.city);
  const fresh = age() !== null && age() <= OLD;
  document.documentElement.dataset.fresh = fresh ? "yes" : "no";
  showWhole(live.whole);
  showAlerts(live.alerts);
  const before = words;
  words = live.lines.map(line => showLine(line, fresh)).join(". ");
  const present = new Set(live.lines.map(line => line.line));
  for (const [line, parts] of tiles) if (!present.has(line)) { parts.node.remove(); tiles.delete(line); }
  if (words !== before) put(byId("told"), words);
  arrange();
}
function speak(chosen) {
  language = chosen;
  try { localStorage.setItem("language", chosen); } catch { /* a kiosk may forbid it */ }
  draw();
}
function firstLanguage() {
  let kept = new URLSearchParams(location.search).get("lang");
  try { kept = kept || localStorage.getItem("language"); } catch { /* as above */ }
  const wanted = [kept, ...(live?.languages || []), ...navigator.languages.map(l => l.slice(0, 2)),
    Object.keys(SAY)[0]];
  return wanted.find(each => each in SAY);
}
function keepThroughHandOver(lines) {
  return lines.map(line => {
    const last = known.get(line.line);
    if (line.as_of !== null) { known.set(line.line, { line, at: performance.now() }); return line; }
    return last && performance.now() - last.at < HANDOVER * 1000 ? last.line : line;
  });
}
async function ask() {
  try {
    const answer = await fetch("figures", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    told.lines = keepThroughHandOver(told.lines);
    live = told;
    heard = performance.now();
    failing = null;
  } catch { failing ??= performance.now(); }
  if (language === null || (live !== null && !byId("city").dataset.known)) {
    language = firstLanguage();
    if (live !== null) byId("city").dataset.known = "yes";
  }
  draw();
  document.documentElement.dataset.ready = "yes";
  setTimeout(ask, EVERY);
}
for (const [each, { name }] of Object.entries(SAY)) {
  const button = make("button", "", each.toUpperCase());
  button.type = "button";
  button.lang = button.dataset.language = each;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", () => speak(each));
  byId("languages").append(button);
}
addEventListener("resize", () => { if (live !== null) arrange(); });
language = firstLanguage();
draw();
ask();
