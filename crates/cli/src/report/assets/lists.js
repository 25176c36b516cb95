// Lists with bars: who did it, which rules, which applications.

/** How many entries are drawn at once. */
const ENTRIES = 8;

function drawWho() {
  if (D.count === 0) return;
  const body = section("who");
  const shapes = { actor: shortActor };
  const lists = [["actor", "Identities"], ["ip", "Addresses"], ["agent", "User agents"]];
  body.append(el("div", { class: "three" }, lists.map(([column, title]) => {
    const entries = tallied(column).map(([place, count, level]) => ({
      name: shapes[column] ? shapes[column](D.strings[place]) : D.strings[place], whole: D.strings[place], count, level,
      action: () => only({ [column]: place }),
    }));
    return ranking(column, `${title} (${number(entries.length)})`, entries);
  })));
}

function drawRules() {
  if (D.count === 0) return;
  const body = section("rules");
  const counts = new Uint32Array(D.rules.length);
  for (const rule of D.rule) counts[rule] += 1;
  const entries = D.rules.map((rule, n) => ({ name: rule.title, whole: rule.title, count: counts[n], level: LEVELS.indexOf(rule.level), action: () => only({ rule: n }) }))
    .filter((entry) => entry.count > 0)
    .sort((a, b) => a.level - b.level || b.count - a.count || compare(a.name, b.name));
  body.append(ranking("rule", null, entries, 24));
}

/** A list with a bar for each entry, as long as its count; pressing one shows its findings. */
function ranking(kind, title, entries, first, rest) {
  const most = entries.reduce((sofar, entry) => Math.max(sofar, entry.count), 1);
  const list = el("ol", { class: "ranking", "data-list": kind });
  const more = button("", () => show(100), { class: "quiet more" });
  let drawn = 0;
  const show = (count) => {
    for (const entry of entries.slice(drawn, drawn + count)) list.append(ranked(entry, most));
    drawn = Math.min(entries.length, drawn + count);
    more.hidden = drawn === entries.length;
    more.textContent = `Show ${number(Math.min(100, entries.length - drawn))} more${rest ? ` ${rest}` : ""}`;
  };
  show(first ?? ENTRIES);
  return el("div", null, title && el("h3", null, title), list, more);
}

function ranked(entry, most) {
  const bar = put(el("i", { class: entry.count > 0 ? `fill ${LEVELS[entry.level]}` : "none", "aria-hidden": "true" }), "width", `${(entry.count / most) * 100}%`);
  const name = entry.name || "(none)";
  return el("li", null, button([el("span", { class: "name", title: entry.whole === name ? null : entry.whole }, name), el("b", null, number(entry.count)), el("span", { class: "heard" }, `${entry.count === 1 ? "finding" : "findings"}${entry.count > 0 ? `, worst level ${LEVELS[entry.level]}` : ""}`), el("span", { class: "bar" }, bar)], entry.action,
    { class: "plain", "data-value": entry.count, "data-name": entry.whole, "data-id": entry.id, disabled: entry.count === 0 }));
}
