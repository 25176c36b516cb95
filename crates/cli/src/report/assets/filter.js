// Which findings are shown: one state, changed by everything that can be clicked, and a list made from it.

const NO_FILTER = () => ({
  words: "", levels: new Set(), closed: null, source: null, account: null, region: null, application: null, vector: null,
  rule: null, technique: null, tactic: null, from: null, to: null, actor: null, ip: null, agent: null, id: null,
});

let wanted = NO_FILTER();
let order = { by: "time", down: true };
/** The findings that are shown, in their order. */
let shown = [];
const listeners = [];

/** Changes the filter and tells whoever draws it. */
function filter(change) {
  wanted = { ...wanted, ...change };
  if (change.application !== undefined && change.vector === undefined) wanted.vector = null;
  refresh();
}

/** Everything but this is let go; the table comes into view. */
function only(change) {
  wanted = { ...NO_FILTER(), ...change };
  refresh();
  const place = document.getElementById("findings");
  place.scrollIntoView({ block: "start" });
  place.focus({ preventScroll: true });
}

function refresh() {
  shown = sorted(matching());
  for (const listener of listeners) listener();
}

const COLUMNS_BY_TEXT = ["source", "account", "region", "actor", "ip", "agent", "id"];

function matching() {
  const tests = [];
  const column = D.column;
  for (const name of COLUMNS_BY_TEXT) {
    const value = wanted[name];
    if (value !== null) tests.push((n) => column[name][n] === value);
  }
  if (wanted.levels.size > 0) tests.push((n) => wanted.levels.has(D.levels[n]));
  if (wanted.closed !== null) tests.push((n) => column.closed[n] === wanted.closed);
  if (wanted.rule !== null) tests.push((n) => D.rule[n] === wanted.rule);
  if (wanted.technique !== null) tests.push(byRule((rule) => rule.cells.some(inCell)));
  if (wanted.from !== null) tests.push((n) => column.at[n] !== null && column.at[n] >= wanted.from && column.at[n] < wanted.to);
  if (wanted.application !== null) tests.push((n) => belongs(n, wanted.application, wanted.vector));
  if (wanted.words.trim() !== "") tests.push(bySearch(wanted.words));
  const found = [];
  for (let n = 0; n < D.count; n += 1) if (tests.every((test) => test(n))) found.push(n);
  return found;
}

const inCell = ([tactic, technique]) => technique === wanted.technique && (wanted.tactic === null || tactic === wanted.tactic);

/** A test of findings by their rule: asked once for each rule. */
function byRule(test) {
  const right = D.rules.map(test);
  return (n) => right[D.rule[n]];
}

const SEARCHED = ["title", "actor", "ip", "agent", "resource", "source", "name", "error", "account", "region", "event", "key", "id", "time", "exposed"];
let lower = null;

/** Each word must stand in one of the fields, in the rule's title or among its techniques. Each text is looked at once, however
 * many findings have it. */
function bySearch(words) {
  lower ??= D.strings.map((string) => string.toLowerCase());
  const columns = SEARCHED.map((name) => D.column[name]);
  const tests = words.toLowerCase().trim().split(/\s+/).map((word) => {
    const has = Uint8Array.from(lower, (string) => (string.includes(word) ? 1 : 0));
    const inRule = byRule((rule) => `${rule.title} ${(rule.techniques ?? []).join(" ")}`.toLowerCase().includes(word));
    return (n) => inRule(n) || columns.some((column) => has[column[n]] === 1) || instant(D.column.at[n]).toLowerCase().includes(word);
  });
  return (n) => tests.every((test) => test(n));
}

/** Ranks of texts in their order, so that findings are sorted by numbers. */
const ranks = new Map();

function rank(column, shape) {
  if (!ranks.has(column)) {
    const places = [...new Set(D.column[column])];
    const key = (place) => (shape ? shape(D.strings[place]) : D.strings[place]);
    const list = places.map((place) => [key(place), place]).sort((a, b) => compare(a[0], b[0]));
    const order = new Uint32Array(D.strings.length);
    let last = -1;
    list.forEach(([name, place], n) => {
      if (n === 0 || list[n - 1][0] !== name) last += 1;
      order[place] = last;
    });
    ranks.set(column, Uint32Array.from(D.column[column], (place) => order[place]));
  }
  return ranks.get(column);
}

const KEYS = {
  time: () => Float64Array.from(D.column.at, (at) => at ?? -Infinity),
  level: () => D.levels,
  title: () => rank("title"),
  who: () => rank("actor", shortActor),
  source: () => rank("source", service),
  account: () => rank("account"),
  status: () => D.column.closed,
};

/** Sorted by a column; what is equal there stays in the order of the scan. */
function sorted(list) {
  const keys = KEYS[order.by]();
  const sign = order.down ? -1 : 1;
  return list.sort((a, b) => (keys[a] === keys[b] ? (a - b) * (order.by === "time" ? sign : 1) : (keys[a] < keys[b] ? -sign : sign)));
}
