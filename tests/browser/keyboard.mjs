// The whole page without a mouse: argument is the report.

import { check, run, same, shown, visit } from "./page.mjs";

const [file] = process.argv.slice(2);
const here = (page) => page.evaluate(() => {
  const element = document.activeElement;
  return { tag: element.tagName, id: element.id, classes: element.className, words: element.textContent.slice(0, 60), data: { ...element.dataset }, inDialog: element.closest("dialog") !== null };
});

/** Presses Tab until the focus is where `test` says; the number of stops is bounded. */
async function tabTo(page, test, words, most = 80) {
  for (let stops = 0; stops < most; stops += 1) {
    await page.keyboard.press("Tab");
    const at = await here(page);
    if (test(at)) return at;
  }
  throw new Error(`${words}: not reached with ${most} stops`);
}

await run((browser) => visit(browser, file, {}, async (page) => {
  await page.keyboard.press("Tab");
  check((await here(page)).classes === "skip", "the first stop is the way past the charts");
  await tabTo(page, (at) => at.id === "theme", "the theme");
  await page.keyboard.press("Enter");
  same(await page.evaluate(() => document.documentElement.dataset.theme), "light", "the theme by keyboard");

  await tabTo(page, (at) => at.data.from !== undefined, "the columns of time");
  const first = (await here(page)).data.from;
  await page.keyboard.press("ArrowRight");
  check((await here(page)).data.from > first, "an arrow goes to the next column");
  await page.keyboard.press("End");
  const last = await here(page);
  await page.keyboard.press("Tab");
  const cell = await here(page);
  check(cell.data.technique !== undefined, "all columns are one stop, and the matrix is the next");
  await page.keyboard.press("ArrowDown");
  check((await here(page)).data.tactic === cell.data.tactic && (await here(page)).data.technique !== cell.data.technique, "an arrow goes down a tactic");
  await page.keyboard.press("ArrowRight");
  check((await here(page)).data.tactic !== cell.data.tactic, "an arrow goes to the next tactic");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  check((await page.textContent("#matrix .about")).includes(cell.data.technique), "Enter tells about a technique");
  await tabTo(page, (at) => at.words.startsWith("Show ") && at.words.includes("finding"), "the findings of a technique");
  await page.keyboard.press("Enter");
  same((await here(page)).id, "findings", "the focus goes to the table");
  check((await shown(page)) < 53 && last.data.from > first, "the table is narrowed down");

  await tabTo(page, (at) => at.id === "search", "the search");
  await page.keyboard.type("backup-svc");
  await tabTo(page, (at) => at.words === "Show all", "letting go");
  await page.keyboard.press("Enter");
  await tabTo(page, (at) => at.words.startsWith("Level"), "a heading");
  await page.keyboard.press("Enter");
  same(await page.getAttribute("th[data-by=level]", "aria-sort"), "ascending", "sorting by keyboard");

  const row = await tabTo(page, (at) => at.classes.includes("title"), "a finding");
  await page.keyboard.press("Enter");
  check((await here(page)).inDialog, "the focus is in the finding");
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press("Tab");
    const at = await here(page);
    check(at.inDialog || at.tag === "BODY", `the focus left the open finding for ${at.tag} ${at.words}`);
  }
  await page.keyboard.press("Escape");
  check(!(await page.$eval("#detail", (dialog) => dialog.open)), "Escape closes the finding");
  same((await here(page)).words, row.words, "the focus is back at the finding");
}));
