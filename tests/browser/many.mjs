// A report with very many findings: arguments are the report and how many. It says what it measured.

import { check, run, same, shown, visit } from "./page.mjs";

const [file, counted] = process.argv.slice(2);
const count = Number(counted);

await run(async (browser) => {
  const started = performance.now();
  await visit(browser, file, {}, async (page) => {
    const figures = { "open": performance.now() - started };
    // Time between a press and what it does, as the browser's own frames see it.
    const timed = async (name, change) => {
      figures[name] = await page.evaluate((change) => new Promise((done) => {
        const begun = performance.now();
        const [kind, selector, value] = change;
        const element = document.querySelector(selector);
        if (kind === "click") element.click();
        else { element.value = value; element.dispatchEvent(new Event(kind, { bubbles: true })); }
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
      }), change);
    };
    same(await shown(page), count, "findings");
    await timed("sort by title", ["click", "th[data-by=title] button"]);
    await timed("sort by level", ["click", "th[data-by=level] button"]);
    await timed("one level", ["click", "[data-toggle=high]"]);
    await timed("every level", ["click", "[data-toggle=high]"]);
    const begun = performance.now();
    await page.fill("#search", "nobody has this");
    await page.waitForFunction(() => document.getElementById("shown").dataset.value === "0");
    figures["first search"] = performance.now() - begun;
    const again = performance.now();
    await page.fill("#search", "stoplogging");
    await page.waitForFunction(() => document.getElementById("shown").dataset.value !== "0");
    figures["next search"] = performance.now() - again;
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    check(elements < 6000, `there are ${elements} elements`);
    check(figures.open < 30000, `it took ${figures.open} ms to open`);
    console.log(JSON.stringify({ count, elements, ...figures }));
  });
});
