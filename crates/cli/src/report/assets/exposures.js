// Exposures as bars: from the call that opened one to the call that closed it.

let madeBars = null;

/** One bar for each time that a finding about an exposure stood: `to` is absent while it stands. */
function bars() {
  if (madeBars !== null) return madeBars;
  madeBars = [];
  const standing = new Map();
  const { id, closed, exposed, guard, opened, at } = D.column;
  for (let n = 0; n < D.count; n += 1) {
    if (exposed[n] === 0) continue;
    let bar = standing.get(id[n]);
    if (bar === undefined) {
      bar = { n, end: null, from: opened[n] ?? at[n], to: null, guard: guard[n] === 1 };
      madeBars.push(bar);
    }
    if (closed[n] === 1) {
      [bar.to, bar.end] = [at[n] ?? bar.from ?? 0, n];
      standing.delete(id[n]);
    } else standing.set(id[n], bar);
  }
  const still = (bar) => (bar.to === null ? 0 : 1);
  madeBars.sort((a, b) => still(a) - still(b) || (a.from ?? 0) - (b.from ?? 0) || a.n - b.n);
  return madeBars;
}

/** How many bars are drawn at once. */
const BARS = 25;

function drawExposures() {
  const all = bars();
  if (all.length === 0) return;
  const body = section("exposures");
  const open = all.filter((bar) => bar.to === null).length;
  const list = el("ol", { class: "lanes" });
  const from = all.reduce((sofar, bar) => Math.min(sofar, bar.from ?? Infinity), Infinity);
  const start = Number.isFinite(from) ? from : D.first;
  const span = Math.max(60, (D.last - start) * 1.02);
  const more = button("", () => show(BARS * 4), { class: "quiet more" });
  let drawn = 0;
  const show = (count) => {
    for (const bar of all.slice(drawn, drawn + count)) list.append(lane(bar, start, span));
    drawn = Math.min(all.length, drawn + count);
    more.hidden = drawn === all.length;
    more.textContent = `Show ${number(Math.min(BARS * 4, all.length - drawn))} more of ${number(all.length)}`;
  };
  show(BARS);
  body.append(
    el("p", { class: "note" }, `${counted(all.length, "exposure")}, ${number(open)} still open at the end of the logs (${moment(D.last)} UTC). A lowered guard rail exposes nothing by itself; its bar is hatched.`),
    el("div", { class: "chart" }, lines(start, span), list), more);
}

function lane(bar, start, span) {
  const { n } = bar;
  const level = LEVELS[D.levels[n]];
  const open = bar.to === null;
  const from = bar.from ?? start;
  const left = Math.max(0, ((from - start) / span) * 100);
  const right = open ? 100 : ((bar.to - start) / span) * 100;
  const piece = el("i", { class: `fill ${level}${open ? " open" : ""}${bar.guard ? " guard" : ""}` });
  put(put(piece, "left", `${left}%`), "width", `${Math.max(0, right - left)}%`);
  const again = D.column.reopened[n] === 1 ? "opened again" : "opened";
  const name = text("resource_name", n) || text("resource", n) || "no name";
  const who = shortActor(text("opened_by", n) || text("actor", n));
  const until = open ? "" : `, closed ${shortMoment(bar.to)} by ${shortActor(text("actor", bar.end))}`;
  return el("li", { class: "lane", "data-id": text("id", n), "data-from": bar.from, "data-to": bar.to },
    el("div", { class: "name" },
      button([el("b", null, name), " ", text("exposed", n)], () => only({ id: D.column.id[n] }), { class: "plain" }),
      el("small", null, `${level}, ${again} ${shortMoment(bar.from)} by ${who}${until}`)),
    el("div", { class: "track", "aria-hidden": "true" }, piece),
    el("div", { class: `length ${open ? "alarm" : ""}` }, open ? "still open" : lasting(bar.to - from)));
}

/** Times above the bars, with lines through all of them. */
function lines(start, span) {
  const every = step(0, span, 8);
  const grid = el("div", { class: "lines", "aria-hidden": "true" });
  for (let at = Math.ceil(start / every) * every; at < start + span; at += every) {
    grid.append(put(el("span", null, at - start > span * 0.95 ? "" : tick(at, every)), "left", `${((at - start) / span) * 100}%`));
  }
  return grid;
}
