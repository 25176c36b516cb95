// A report without findings: arguments are the report and how many records were read.

import { check, run, same, visit } from "./page.mjs";

const [file, records] = process.argv.slice(2);

await run((browser) => visit(browser, file, {}, async (page) => {
  const words = await page.textContent("#none");
  check(words.startsWith("Nothing was found") && words.includes(`${records} record`), words);
  same(await page.getAttribute("[data-tile=findings]", "data-value"), "0", "findings");
  same(await page.getAttribute("[data-tile=records]", "data-value"), records, "records");
  check(await page.locator(".cell").count() > 20, "what is covered is shown");
  same(await page.locator(".cell[data-value]:not([data-value='0'])").count(), 0, "cells that fired");
  for (const id of ["exposures", "times", "who", "rules"]) {
    check(!(await page.locator(`#${id}`).isVisible()), `the section ${id} is shown`);
    check(!(await page.locator(`nav a[href='#${id}']`).isVisible()), `the link to ${id} is shown`);
  }
}));
