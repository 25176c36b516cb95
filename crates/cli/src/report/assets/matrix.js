// The ATT&CK matrix: tactics as columns, techniques as cells, darker where more was found.

/** Cells by tactic: how many findings, and which rules. */
function cells() {
  const perRule = new Uint32Array(D.rules.length);
  for (const rule of D.rule) perRule[rule] += 1;
  const tactics = D.attack.tactics.map(() => new Map());
  D.rules.forEach((rule, n) => {
    for (const [tactic, technique] of rule.cells) {
      const cell = tactics[tactic].get(technique) ?? { tactic, technique, count: 0, rules: [] };
      cell.count += perRule[n];
      cell.rules.push([n, perRule[n]]);
      tactics[tactic].set(technique, cell);
    }
  });
  return tactics.map((column) => [...column.values()].sort((a, b) => compare(a.technique, b.technique)));
}

function drawMatrix() {
  const columns = cells();
  const all = columns.flat();
  if (all.length === 0) return;
  const body = section("matrix");
  const fired = all.map((cell) => cell.count).filter((count) => count > 0);
  const range = [Math.min(...fired), Math.max(...fired)];
  const about = el("div", { class: "about", "aria-live": "polite" });
  const grid = el("div", { class: "tactics" });
  columns.forEach((column, tactic) => {
    if (column.length > 0) grid.append(tacticColumn(column, tactic, range, about));
  });
  roving(grid, "button");
  body.append(
    el("p", { class: "note" }, `ATT&CK ${D.attack.version}. A technique stands under the tactics that its rules name. Press one to see them.`),
    heatLegend(range, fired.length > 0), grid, about);
}

function tacticColumn(column, tactic, range, about) {
  const [id, , title] = D.attack.tactics[tactic];
  const fired = column.filter((cell) => cell.count > 0).length;
  return el("div", { class: "tactic", role: "group", "aria-label": title },
    el("h3", null, title, el("small", null, `${fired} of ${column.length} fired`)),
    column.map((cell) => cellButton(cell, range, id, about)));
}

function cellButton(cell, range, tactic, about) {
  const name = D.attack.techniques[cell.technique] || "unknown technique";
  const sub = cell.technique.includes(".") ? " sub" : "";
  const words = `${cell.count > 1 ? "findings" : cell.count === 1 ? "finding" : "nothing fired"}, ${counted(cell.rules.length, "rule")}`;
  const press = button([el("span", { class: "id" }, cell.technique), cell.count > 0 && el("b", null, number(cell.count)), el("span", { class: "title" }, name), el("span", { class: "heard" }, words)],
    () => {
      for (const other of document.querySelectorAll(".cell[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
      press.setAttribute("aria-pressed", "true");
      tellCell(cell, name, about);
    },
    { class: `cell heat-${heat(cell.count, range)}${sub}`, "aria-pressed": "false", "data-technique": cell.technique, "data-tactic": tactic, "data-value": cell.count, "data-rules": cell.rules.length });
  return press;
}

/** 0 for nothing, then five steps from the least to the most, each of as many times more. */
function heat(count, [least, most]) {
  if (count === 0) return 0;
  return least === most ? 3 : 1 + Math.floor((Math.log(count / least) / Math.log(most / least)) * 4.999);
}

function heatLegend([least, most], any) {
  return el("div", { class: "key", "aria-hidden": "true" },
    el("span", { class: "cell heat-0" }), "covered by a rule, nothing fired",
    any && [el("span", { class: "ramp" }, [1, 2, 3, 4, 5].map((n) => el("i", { class: `heat-${n}` }))), least === most ? counted(most, "finding") : `${number(least)} to ${counted(most, "finding")}`]);
}

/** The rules of a cell, below the matrix. */
function tellCell(cell, name, about) {
  const tactic = D.attack.tactics[cell.tactic][2];
  about.replaceChildren(
    el("h3", null, `${cell.technique} ${name} `, el("small", null, `under ${tactic}`)),
    el("p", null, link(techniqueAddress(cell.technique), "This technique at attack.mitre.org"), " ",
      cell.count > 0 && button(`Show ${counted(cell.count, "finding")}`, () => only({ technique: cell.technique, tactic: cell.tactic }), { class: "quiet" })),
    el("ul", { class: "rules" }, cell.rules.sort((a, b) => b[1] - a[1]).map(([rule, count]) => el("li", null,
      levelMark(D.rules[rule].level), " ",
      count > 0 ? button(D.rules[rule].title, () => only({ rule }), { class: "plain" }) : D.rules[rule].title,
      count > 0 ? el("b", null, ` ${number(count)}`) : ""))));
}

const techniqueAddress = (id) => `https://attack.mitre.org/techniques/${encodeURIComponent(id.split(".")[0])}/${id.includes(".") ? `${encodeURIComponent(id.split(".")[1])}/` : ""}`;
