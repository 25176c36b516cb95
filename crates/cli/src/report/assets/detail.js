// One finding in full: what happened, why the rule matched, the event, who did it, and the rule.

function openDetail(n) {
  const dialog = document.getElementById("detail");
  fillDetail(dialog, n);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  setHash(`#finding=${text("id", n)}`);
}

/** Closes on Escape by itself; the address is put right, and a press beside it closes it, too. */
function watchDetail() {
  const dialog = document.getElementById("detail");
  dialog.addEventListener("close", () => setHash("#findings"));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  const id = /^#finding=([0-9a-f]{1,64})$/.exec(location.hash)?.[1];
  if (id === undefined) return;
  for (let n = D.count - 1; n >= 0; n -= 1) {
    if (text("id", n) === id) {
      openDetail(n);
      return;
    }
  }
}

function setHash(hash) {
  try { history.replaceState(null, "", hash); } catch { /* Some browsers have no history for files. */ }
}

function fillDetail(dialog, n) {
  const rule = D.rules[D.rule[n]];
  const at = shown.indexOf(n);
  const go = (to, word) => button(word, () => { openDetail(to); dialog.querySelector(`[data-go=${word}]`)?.focus(); }, { class: "quiet", "data-go": word, disabled: to === undefined });
  const closed = D.column.closed[n] === 1;
  dialog.replaceChildren(el("div", { class: "sheet" },
    el("div", { class: "head" },
      go(at > 0 ? shown[at - 1] : undefined, "Previous"), go(at >= 0 ? shown[at + 1] : undefined, "Next"),
      el("span", { class: "space" }), button("Close", () => dialog.close(), { class: "quiet" })),
    el("h2", { id: "detail-title" }, text("title", n)),
    el("p", { class: "facts" }, levelMark(rule.level), el("span", { class: closed ? "done" : "" }, closed ? "closed" : "open"), el("span", null, `${when(n)} UTC`)),
    el("p", null, text("words", n)),
    lifeOf(n), factsOf(n), whyOf(n), eventOf(n), whoOf(n), resourceOf(n), applicationsOf(n), ruleOf(rule, D.rule[n])));
}

/** A part with names and values; what is empty is left out. */
function part(title, entries, ...more) {
  const known = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (known.length === 0 && more.length === 0) return null;
  return el("section", null, el("h3", null, title), known.length > 0 && el("dl", null, known.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value)))), more);
}

function lifeOf(n) {
  if (D.column.exposed[n] === 0) return null;
  const seconds = D.column.seconds[n];
  return part("Exposure", [
    ["What", text("exposed", n)], ["Opened", moment(D.column.opened[n]) && `${moment(D.column.opened[n])} UTC${D.column.reopened[n] === 1 ? ", again" : ""}`],
    ["Opened by", text("opened_by", n)], ["Opened by event", text("opened_event", n)],
    ["Stood for", seconds === null ? null : lasting(seconds)]]);
}

function factsOf(n) {
  const list = pairs("facts", n);
  return list.length > 0 ? part(D.column.exposed[n] === 0 ? "Several events" : "What is exposed to whom", list) : null;
}

function whyOf(n) {
  const list = pairs("evidence", n);
  return part("Why the rule matched", [], list.length === 0 ? el("p", null, "The rule names no single field.") :
    el("table", { class: "evidence" }, el("thead", null, el("tr", null, el("th", { scope: "col" }, "Field"), el("th", { scope: "col" }, "Value in the event"))),
      el("tbody", null, list.map(([field, value]) => el("tr", null, el("th", { scope: "row" }, field), el("td", null, value))))));
}

function eventOf(n) {
  const id = text("event", n);
  const base = text("event_link", n);
  return part("The event", [
    ["Time", when(n)], ["Source", text("source", n)], ["Name", text("name", n)], ["Error", text("error", n)], ["Account", text("account", n)], ["Region", text("region", n)],
    ["Event id", id && el("span", null, id, " ", base && link(base + id, "in CloudTrail's event history"))], ["Correlation id", text("correlation", n)], ["Trace", text("trace", n)], ["Finding id", text("id", n)]]);
}

function whoOf(n) {
  const all = (column) => {
    const place = D.column[column][n];
    return place === 0 ? "" : el("span", null, D.strings[place], " ", button("all its findings", () => { document.getElementById("detail").close(); only({ [column]: place }); }, { class: "quiet small" }));
  };
  return part("Who did it", [["Identity", all("actor")], ["Type", text("actor_type", n)], ["Account", text("actor_account", n)], ["Access key", text("key", n)], ["Address", all("ip")], ["User agent", all("agent")]]);
}

const resourceOf = (n) => part("What it is about", [["Resource", text("resource", n)], ["Name", text("resource_name", n)], ["Type", text("resource_type", n)]]);

function applicationsOf(n) {
  const names = new Map();
  for (const [application, vector] of pairs("applications", n)) names.set(application, [...(names.get(application) ?? []), vector]);
  const title = (application, vector) => D.models.find((model) => model.application === application)?.vectors.find(({ id }) => id === vector)?.title ?? vector;
  return names.size === 0 ? null : part("Applications and attack vectors", [...names].map(([application, vectors]) => [application, vectors.map((vector) => title(application, vector)).join("\n")]));
}

function ruleOf(rule, place) {
  const techniques = rule.techniques.map((id) => [link(techniqueAddress(id), `${id} ${D.attack.techniques[id] ?? ""}`.trim()), " "]);
  const list = (entries, shape) => (entries.length === 0 ? "" : el("ul", null, entries.map((entry) => el("li", null, shape ? shape(entry) : entry))));
  return part("The rule", [
    ["Title", el("span", null, rule.title, " ", button("all its findings", () => { document.getElementById("detail").close(); only({ rule: place }); }, { class: "quiet small" }))],
    ["Description", rule.description], ["Level", rule.level], ["Status", rule.status], ["Techniques", techniques.length > 0 ? techniques : ""],
    ["False positives", list(rule.false_positives)], ["References", list(rule.references, (address) => link(address, address))],
    ["Tags", rule.tags.join(" ")], ["File", rule.path], ["Id", rule.id], ["Text (SHA-256)", rule.hash]]);
}
