// The page on paper: arguments are the report and how many findings it has.

import { check, run, same, visit } from "./page.mjs";

const [file, counted] = process.argv.slice(2);

await run((browser) => visit(browser, file, { colorScheme: "dark" }, async (page) => {
  await page.emulateMedia({ media: "print" });
  same(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "the paper");
  for (const selector of ["nav", "#theme", ".tools", ".pager"]) check(!(await page.locator(selector).first().isVisible()), `${selector} is printed`);
  check(await page.locator(".lane .track i").first().isVisible(), "the exposures are not printed");
  const before = await page.locator("tbody tr").count();
  await page.evaluate(() => { window.addEventListener("beforeprint", () => { window.__printed = document.querySelectorAll("tbody tr").length; }); });
  const paper = await page.pdf({ format: "A4", printBackground: true });
  check(paper.length > 20000 && paper.subarray(0, 5).toString() === "%PDF-", `the paper has ${paper.length} bytes`);
  same(await page.evaluate(() => window.__printed), Math.min(500, Number(counted)), "rows that are printed");
  same(await page.locator("tbody tr").count(), before, "rows after printing");
}));
