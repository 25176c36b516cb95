// Findings over time, as columns of levels.

/** The most columns: each is still wide enough to be pressed on a phone. */
const MOST_BINS = 60;

function bins() {
  const times = D.column.at;
  const known = times.filter((at) => at !== null);
  if (known.length === 0) return { width: 0, list: [], untimed: times.length };
  let [first, last] = [Infinity, -Infinity];
  for (const at of known) {
    if (at < first) first = at;
    if (at > last) last = at;
  }
  const width = step(first, last + 1, MOST_BINS - 1);
  const from = Math.floor(first / width) * width;
  const list = Array.from({ length: Math.floor((last - from) / width) + 1 }, (_, n) => ({ from: from + n * width, counts: [0, 0, 0, 0, 0], all: 0 }));
  times.forEach((at, n) => {
    if (at === null) return;
    const bin = list[Math.floor((at - from) / width)];
    bin.counts[D.levels[n]] += 1;
    bin.all += 1;
  });
  return { width, list, untimed: times.length - known.length };
}

function drawTimes() {
  if (D.count === 0) return;
  const body = section("times");
  const { width, list, untimed } = bins();
  const most = list.reduce((sofar, bin) => Math.max(sofar, bin.all), 0);
  const read = el("p", { class: "readout" }, list.length > 0 ? hint(width) : "");
  const columns = el("div", { class: "columns", role: "group", "aria-label": `Findings by time, ${list.length} spans` });
  for (const bin of list) columns.append(binColumn(bin, width, most, read));
  columns.addEventListener("mouseleave", () => { read.textContent = hint(width); });
  roving(columns, "button");
  body.append(
    el("div", { class: "plot" }, el("div", { class: "scale", "aria-hidden": "true" }, el("span", null, number(most)), el("span", null, "0")), columns, axis(list, width)),
    read);
  if (untimed > 0) body.append(el("p", { class: "note" }, `${counted(untimed, "finding has", "findings have")} no readable time and no place here.`));
}

const hint = (width) => `Each column is ${lasting(width)}, in UTC. Press one to see its findings.`;

function binColumn(bin, width, most, read) {
  const parts = bin.counts.map((count, level) => [LEVELS[level], count]).filter(([, count]) => count > 0);
  const words = `${moment(bin.from)} to ${moment(bin.from + width)}: ${counted(bin.all, "finding")}${parts.length > 0 ? ` (${parts.map(([level, count]) => `${number(count)} ${level}`).join(", ")})` : ""}`;
  const tell = () => { read.textContent = words; };
  const column = el("button", {
    type: "button", "aria-label": words, "data-from": bin.from, "data-value": bin.all,
    on: { click: () => bin.all > 0 && only({ from: bin.from, to: bin.from + width }), mouseenter: tell, focus: tell },
  });
  for (const [level, count] of parts.reverse()) column.prepend(put(el("i", { class: `fill ${level}` }), "height", `${(count / most) * 100}%`));
  return column;
}

/** Some times below the columns. */
function axis(list, width) {
  const line = el("div", { class: "axis", "aria-hidden": "true" });
  if (list.length === 0) return line;
  const span = list.length * width;
  const from = list[0].from;
  const every = step(0, span, 12);
  for (let at = Math.ceil(from / every) * every; at < from + span; at += every) {
    line.append(put(el("span", null, at - from > span * 0.95 ? "" : tick(at, every)), "left", `${((at - from) / span) * 100}%`));
  }
  return line;
}
