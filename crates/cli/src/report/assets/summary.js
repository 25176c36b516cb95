// The numbers at the top, and what the scan counted.

function drawSummary() {
  const body = section("summary");
  const { scan, column } = D;
  const closed = column.closed.reduce((sum, one) => sum + one, 0);
  const open = bars().filter((bar) => bar.to === null).length;
  const fired = new Set(), covered = new Set();
  D.rules.forEach((rule, n) => {
    for (const [, technique] of rule.cells) (n < firedRules() ? fired : covered).add(technique).size;
  });
  for (const technique of fired) covered.add(technique);
  body.append(
    el("div", { class: "tiles" },
      tile("findings", D.count, D.count === 1 ? "finding" : "findings", `${number(closed)} of them the end of an exposure`),
      tile("open", open, open === 1 ? "exposure still open" : "exposures still open", `of ${number(bars().length)} seen, guard rails too`, open > 0 ? "alarm" : ""),
      tile("techniques", fired.size, fired.size === 1 ? "technique fired" : "techniques fired", `of ${number(covered.size)} that ${number(D.rules.length)} rules cover`),
      tile("identities", tallied("actor").length, "identities", `from ${counted(tallied("ip").filter(([place]) => place !== 0).length, "address", "addresses")}`),
      tile("records", scan.records, "records read", `${number(scan.matched)} of them matched`),
      tile("rejected", scan.rejected, "could not be read", scan.incomplete ? "records may be missing" : scan.rejected > 0 ? "reasons below" : "everything was read", scan.rejected > 0 || scan.incomplete ? "alarm" : ""),
    ),
    levelBar(),
    accounts(scan),
  );
}

/** How many rules have findings: they stand first. */
const firedRules = () => D.rules.findIndex((rule) => rule.id === undefined) >>> 0;

function tile(name, value, what, more, mood) {
  return el("div", { class: `tile ${mood ?? ""}`, "data-tile": name, "data-value": value },
    el("p", { class: "value" }, number(value)), el("p", { class: "what" }, what), el("p", { class: "more" }, more));
}

/** Findings by level: a bar in parts, and a button for each. */
function levelBar() {
  const counts = LEVELS.map(() => 0);
  for (const level of D.levels) counts[level] += 1;
  if (D.count === 0) return null;
  const bar = el("div", { class: "parts", "aria-hidden": "true" });
  const legend = el("ul", { class: "legend", "aria-label": "Findings by level" });
  counts.forEach((count, level) => {
    if (count > 0) bar.append(put(el("i", { class: `fill ${LEVELS[level]}` }), "flex-grow", count));
    const show = button([levelMark(LEVELS[level]), " ", el("b", null, number(count))], () => only({ levels: new Set([level]) }), { class: "plain", "data-level": LEVELS[level], "data-value": count, disabled: count === 0 });
    legend.append(el("li", null, show));
  });
  return el("div", null, bar, legend);
}

/** Everything that went in, and what became of it. */
function accounts(scan) {
  const row = (name, count, more) => (count ? el("div", null, el("dt", null, name), el("dd", null, number(count), more ? el("small", null, ` ${more}`) : null)) : null);
  const reasons = (by) => Object.entries(by).map(([reason, count]) => `${reason} ${number(count)}`).join(", ");
  const skipped = Object.values(scan.skipped).reduce((sum, count) => sum + count, 0);
  const whole = el("details", { class: "counts" },
    el("summary", null, "What was read, and what became of it"),
    el("dl", { class: "numbers" },
      row("Files read", scan.files, `(${scan.size})`), row("Files passed over by their key", scan.files_ruled_out),
      row("Files that are no logs", scan.files_not_logs), row("Files unreadable or damaged", scan.files_damaged),
      row("Records read", scan.records), row("… matched", scan.matched), row("… unmatched", scan.unmatched),
      row("… suppressed by filters", scan.suppressed), row("… undecidable", scan.undecidable),
      row("… copies of others", scan.duplicates), row("… not asked for", scan.filtered),
      row("Refused", scan.rejected, reasons(scan.rejected_by_reason)), row("Skipped, need no reading", skipped, reasons(scan.skipped)),
      row("Findings below the least level, not here", scan.below_level), row("Findings of experimental rules, not here", scan.experimental),
      row("Closings of nothing seen open, not here", scan.ends_of_nothing), row("Rules looked for", D.rules.length)),
    scan.problems.length + scan.notes.length > 0 && el("ul", { class: "problems" }, [...scan.problems, ...scan.notes].map((line) => el("li", null, line))));
  if (scan.rejected > 0 || scan.incomplete) whole.open = true;
  return whole;
}
