// What narrows the table down: search, levels, choices, and what was pressed elsewhere.

/** The most choices in a list; search finds the others. */
const CHOICES = 300;

function toolbar() {
  let waiting = 0;
  const search = el("input", { type: "search", id: "search", placeholder: "name, address, ARN, event, T1530 …", autocomplete: "off", on: { input: () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => filter({ words: search.value }), 120);
  } } });
  listeners.push(() => { if (search.value !== wanted.words && document.activeElement !== search) search.value = wanted.words; });
  return el("form", { class: "tools", role: "search", "aria-label": "Findings", on: { submit: (event) => event.preventDefault() } },
    el("label", { class: "wide" }, "Search", search),
    levelButtons(), el("span", { class: "break" }),
    choice("status", "Status", "closed", [["0", "open", 0], ["1", "closed", 1]]),
    choiceOf("source", "Service", service), choiceOf("account", "Account"), choiceOf("region", "Region"), applicationChoice());
}

function levelButtons() {
  const buttons = LEVELS.map((level, place) => button(levelMark(level), () => {
    const levels = new Set(wanted.levels);
    if (!levels.delete(place)) levels.add(place);
    filter({ levels });
  }, { class: "toggle", "aria-pressed": "false", "data-toggle": level }));
  listeners.push(() => buttons.forEach((one, place) => one.setAttribute("aria-pressed", wanted.levels.has(place))));
  return el("fieldset", null, el("legend", null, "Level"), buttons);
}

function choiceOf(column, title, shape) {
  const entries = tallied(column).slice(0, CHOICES).map(([place, count]) => [String(place), `${shape ? shape(D.strings[place]) : D.strings[place] || "(none)"} (${number(count)})`, place]);
  return choice(column, title, column, entries);
}

function choice(id, title, key, entries) {
  const select = el("select", { id: `by-${id}`, on: { change: () => {
    const entry = entries.find(([value]) => value === select.value);
    filter({ [key]: entry ? entry[2] : null });
  } } }, el("option", { value: "" }, "any"), entries.map(([value, name]) => el("option", { value }, name)));
  listeners.push(() => {
    const entry = entries.find(([, , place]) => place === wanted[key]);
    select.value = entry ? entry[0] : "";
  });
  return el("label", null, title, select);
}

/** What is asked for and has no place of its own above: each can be let go. */
function drawChips(chips) {
  const list = [];
  const chip = (words, change) => list.push(button([words, el("span", { "aria-hidden": "true" }, " ×")], () => filter(change), { class: "chip", "aria-label": `${words}: let go` }));
  if (wanted.rule !== null) chip(`rule: ${D.rules[wanted.rule].title}`, { rule: null });
  if (wanted.technique !== null) chip(`technique: ${wanted.technique}${wanted.tactic === null ? "" : ` under ${D.attack.tactics[wanted.tactic][2]}`}`, { technique: null, tactic: null });
  if (wanted.from !== null) chip(`time: ${moment(wanted.from)} to ${moment(wanted.to)}`, { from: null, to: null });
  if (wanted.actor !== null) chip(`identity: ${shortActor(D.strings[wanted.actor])}`, { actor: null });
  if (wanted.ip !== null) chip(`address: ${D.strings[wanted.ip] || "(none)"}`, { ip: null });
  if (wanted.agent !== null) chip(`user agent: ${D.strings[wanted.agent] || "(none)"}`, { agent: null });
  if (wanted.id !== null) chip(`one finding: ${D.strings[wanted.id]}`, { id: null });
  if (wanted.vector !== null) chip(`attack vector: ${wanted.vector}`, { vector: null });
  if (isFiltered()) list.push(button("Show all", () => filter(NO_FILTER()), { class: "quiet" }));
  chips.replaceChildren(...list);
}

const isFiltered = () => wanted.application === "" || Object.values(wanted).some((value) => (value instanceof Set ? value.size > 0 : value !== null && value !== ""));
