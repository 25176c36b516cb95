// The data of the page: inflated, read once, indexed once.

/** Everything there is; set before anything is drawn. */
let D = null;

async function inflate() {
  const packed = atob(document.getElementById("data").textContent.trim());
  const bytes = new Uint8Array(packed.length);
  for (let place = 0; place < packed.length; place += 1) bytes[place] = packed.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

async function load() {
  const read = await inflate();
  if (read.format !== "tattletrail.report/1") throw new Error(`found data of the form ${read.format}`);
  document.getElementById("data").remove();
  const count = read.rule.length;
  const column = {};
  for (const [name, values] of Object.entries(read.columns)) {
    column[name] = name === "at" || name === "opened" || name === "seconds" ? values : Uint32Array.from(values);
  }
  D = { ...read, ...index(read, count), count, column, rule: Uint32Array.from(read.rule) };
}

/** What many drawings need: a level and the applications for each finding, and when the first and the last was. */
function index(read, count) {
  const levels = new Uint8Array(count);
  for (let n = 0; n < count; n += 1) levels[n] = LEVELS.indexOf(read.rules[read.rule[n]].level);
  let [first, last] = [Infinity, -Infinity];
  for (const times of [read.columns.at, read.columns.opened]) {
    for (const at of times) {
      if (at === null) continue;
      if (at < first) first = at;
      if (at > last) last = at;
    }
  }
  return { levels, first, last, timed: first <= last };
}

/** The text of a column for a finding. */
const text = (column, n) => D.strings[D.column[column][n]];

/** When the event was, as a text. */
const when = (n) => (text("time", n) || moment(D.column.at[n]) || "no time");

/** The pairs of a finding from `evidence` or `facts`. */
function pairs(kind, n) {
  const { ends, names, values } = D[kind];
  const list = [];
  for (let place = n === 0 ? 0 : ends[n - 1]; place < ends[n]; place += 1) {
    list.push([D.strings[names[place]], D.strings[values[place]]]);
  }
  return list;
}

/** How often each text of a column stands, the most frequent first: `[number of the text, count, worst level]`. */
function tallied(column, wanted) {
  const counts = new Map();
  const values = D.column[column];
  for (let n = 0; n < D.count; n += 1) {
    if (wanted && !wanted(n)) continue;
    const entry = counts.get(values[n]);
    if (entry === undefined) counts.set(values[n], [values[n], 1, D.levels[n]]);
    else {
      entry[1] += 1;
      if (D.levels[n] < entry[2]) entry[2] = D.levels[n];
    }
  }
  return [...counts.values()].sort((a, b) => b[1] - a[1] || compare(D.strings[a[0]], D.strings[b[0]]));
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
