// Applications and their attack vectors, by the threat models.

/** True if a finding belongs to an application, and to a vector of it, where one is given. `""` is no application at all. */
function belongs(n, application, vector) {
  const whose = pairs("applications", n);
  if (application === "") return whose.length === 0;
  return whose.some(([name, way]) => name === application && (vector === null || way === vector));
}

let madeCounts = null;

/** How many findings each application, and each of its vectors (`application vector`), has. */
function whoseCounts() {
  madeCounts ??= countWhose();
  return madeCounts;
}

function countWhose() {
  const counts = new Map();
  const levels = new Map();
  let nobodys = 0;
  for (let n = 0; n < D.count; n += 1) {
    const whose = pairs("applications", n);
    if (whose.length === 0) nobodys += 1;
    const keys = new Set(whose.flatMap(([name, way]) => [name, `${name} ${way}`]));
    for (const key of keys) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      levels.set(key, Math.min(levels.get(key) ?? LEVELS.length - 1, D.levels[n]));
    }
  }
  return { counts, levels, nobodys };
}

function drawApplications() {
  if (D.models.length === 0) return;
  const body = section("applications");
  const { counts, levels, nobodys } = whoseCounts();
  const open = bars().filter((bar) => bar.to === null);
  body.append(
    el("div", { class: "three" }, D.models.map((model) => {
      const count = counts.get(model.application) ?? 0;
      const still = open.filter((bar) => belongs(bar.n, model.application, null)).length;
      return el("div", { "data-application": model.application, "data-value": count },
        el("h3", null, model.title, el("small", null, `${model.application}, of ${model.owner}`)),
        el("p", { class: "facts" }, button(counted(count, "finding"), () => only({ application: model.application }), { class: "quiet", disabled: count === 0 }),
          still > 0 && el("span", { class: "alarm" }, `${counted(still, "exposure")} still open`)),
        vectorRanking(model, counts, levels));
    })),
    el("p", { class: "note" }, "A finding may belong to several vectors, and to several applications. ",
      nobodys > 0 && button(`${counted(nobodys, "finding belongs", "findings belong")} to none`, () => only({ application: "" }), { class: "quiet" })));
}

/** A model's vectors: first those at which something happened, then, at a press, the others. */
function vectorRanking(model, counts, levels) {
  const entries = model.vectors.map((vector) => {
    const key = `${model.application} ${vector.id}`;
    return { name: vector.title, whole: `${vector.title} ${vector.techniques.join(" ")}`.trim(), id: vector.id, count: counts.get(key) ?? 0, level: levels.get(key) ?? LEVELS.length - 1,
      action: () => only({ application: model.application, vector: vector.id }) };
  }).sort((a, b) => (b.count > 0) - (a.count > 0) || a.level - b.level || b.count - a.count);
  return ranking("vector", null, entries, entries.filter(({ count }) => count > 0).length, "where nothing happened");
}

function applicationChoice() {
  if (D.models.length === 0) return null;
  const { counts, nobodys } = whoseCounts();
  const entries = D.models.map(({ application }) => [application, `${application} (${number(counts.get(application) ?? 0)})`, application]);
  return choice("application", "Application", "application", nobodys > 0 ? [...entries, ["(none)", `(none) (${number(nobodys)})`, ""]] : entries);
}
