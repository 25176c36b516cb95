// Many things to press as one stop of the tab key: arrows go from one to the next.

/** Lets arrow keys move among the elements that `find` gives; `columns` says how many stand in a row, where rows matter. */
function roving(container, find) {
  const all = () => [...container.querySelectorAll(find)];
  const first = all()[0];
  for (const element of all()) element.tabIndex = element === first ? 0 : -1;
  container.addEventListener("keydown", (event) => {
    const list = all();
    const at = list.indexOf(document.activeElement);
    if (at < 0) return;
    const to = next(list, at, event.key);
    if (to === null) return;
    event.preventDefault();
    for (const element of list) element.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
}

function next(list, at, key) {
  switch (key) {
    case "ArrowRight": return beside(list, at, 1) ?? list[at + 1] ?? null;
    case "ArrowLeft": return beside(list, at, -1) ?? list[at - 1] ?? null;
    case "ArrowDown": return list[at + 1] ?? null;
    case "ArrowUp": return list[at - 1] ?? null;
    case "Home": return list[0];
    case "End": return list.at(-1);
    default: return null;
  }
}

/** The nearest one to the side, where the elements stand in columns. */
function beside(list, at, way) {
  const here = list[at].getBoundingClientRect();
  let best = null;
  let distance = Infinity;
  for (const element of list) {
    const there = element.getBoundingClientRect();
    const across = way > 0 ? there.left - here.right : here.left - there.right;
    if (across < -1) continue;
    const far = across * 4 + Math.abs(there.top - here.top);
    if (far < distance) [best, distance] = [element, far];
  }
  return best;
}
