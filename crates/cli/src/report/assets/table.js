// The table of findings, a page of it at a time.

const PAGE = 50;
/** The most rows that are printed. */
const PRINTED = 500;
let page = 0;

const HEADINGS = [["time", "Time (UTC)"], ["level", "Level"], ["title", "Finding"], ["who", "Who"], ["source", "Service"], ["account", "Account, Region"], ["status", "Status"]];

function drawFindings() {
  const body = section("findings");
  if (D.count === 0) {
    const { scan } = D;
    body.append(el("p", { class: "notice", id: "none" }, `Nothing was found: ${counted(D.rules.length, "rule")} looked at ${counted(scan.records, "record")}.${scan.incomplete ? " Some input could not be read; see the summary." : ""}`));
    return;
  }
  const rows = el("tbody", { role: "rowgroup" });
  const status = el("p", { id: "shown", role: "status" });
  const pager = el("div", { class: "pager" });
  const chips = el("div", { class: "chips" });
  body.append(toolbar(), chips, status, el("div", { class: "scroll" }, el("table", { class: "findings", role: "table", "aria-describedby": "shown" }, heading(), rows)), pager);
  const draw = () => {
    drawRows(rows, page * PAGE, PAGE);
    drawHeading();
    drawPager(pager, status);
  };
  listeners.push(() => {
    page = 0;
    drawChips(chips);
    draw();
  });
  document.addEventListener("turned", draw);
  window.addEventListener("beforeprint", () => { drawRows(rows, 0, PRINTED); document.body.dataset.rows = `The first ${number(Math.min(PRINTED, shown.length))} of ${counted(shown.length, "finding")}.`; });
  window.addEventListener("afterprint", draw);
  refresh();
}

function heading() {
  const sort = (by) => () => {
    order = { by, down: order.by === by ? !order.down : by === "time" };
    refresh();
  };
  return el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, HEADINGS.map(([by, title]) =>
    el("th", { scope: "col", role: "columnheader", "data-by": by }, button([title, el("i", { "aria-hidden": "true" })], sort(by), { class: "plain" })))));
}

function drawHeading() {
  for (const cell of document.querySelectorAll("th[data-by]")) {
    cell.setAttribute("aria-sort", cell.dataset.by !== order.by ? "none" : order.down ? "descending" : "ascending");
  }
}

function drawRows(rows, from, count) {
  rows.replaceChildren(...shown.slice(from, from + count).map(row));
}

function row(n) {
  const closed = D.column.closed[n] === 1;
  const techniques = (D.rules[D.rule[n]].techniques ?? []).join(" ");
  const cell = (label, ...children) => el("td", { role: "cell", "data-label": label }, children);
  return el("tr", { role: "row", "data-n": n, "data-id": text("id", n) },
    cell("Time", el("span", { class: "time" }, when(n))),
    cell("Level", levelMark(LEVELS[D.levels[n]])),
    cell("Finding", button(text("title", n), () => openDetail(n), { class: "plain title", "aria-haspopup": "dialog" }), el("small", null, techniques)),
    cell("Who", breakable(shortActor(text("actor", n))), el("small", null, text("ip", n))),
    cell("Service", service(text("source", n)), el("small", null, breakable(text("name", n)))),
    cell("Account", text("account", n) || "none", el("small", null, text("region", n))),
    cell("Status", el("span", { class: closed ? "done" : "" }, closed ? "closed" : "open")));
}

function drawPager(pager, status) {
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const from = shown.length === 0 ? 0 : page * PAGE + 1;
  status.textContent = `${counted(shown.length, "finding")}${shown.length === D.count ? "" : ` of ${number(D.count)}`}${pages > 1 ? `, here ${number(from)} to ${number(Math.min(shown.length, (page + 1) * PAGE))}` : ""}`;
  status.dataset.value = shown.length;
  const turn = (to) => () => {
    page = to;
    document.dispatchEvent(new Event("turned"));
    document.getElementById("shown").scrollIntoView({ block: "start" });
    document.querySelector("tbody button")?.focus({ preventScroll: true });
  };
  pager.hidden = pages === 1;
  pager.replaceChildren(
    button("First", turn(0), { class: "quiet", disabled: page === 0 }), button("Previous", turn(page - 1), { class: "quiet", disabled: page === 0 }),
    el("span", null, `page ${number(page + 1)} of ${number(pages)}`),
    button("Next", turn(page + 1), { class: "quiet", disabled: page + 1 === pages }), button("Last", turn(pages - 1), { class: "quiet", disabled: page + 1 === pages }));
}
