// No serious or critical violation of the accessibility rules, however the page is looked at: arguments are reports.

import { axe, check, run, visit } from "./page.mjs";

const rules = axe();

async function look(page, words) {
  await page.evaluate(rules);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  check(passes.length > 20, `${words}: only ${passes.length} rules were tried`);
  for (const { id, impact, help, nodes } of violations) {
    if (impact !== "serious" && impact !== "critical") continue;
    const where = nodes.slice(0, 5).map((node) => `\n  ${node.html.slice(0, 200)}\n    ${node.failureSummary?.replaceAll("\n", " ").slice(0, 300)}`);
    check(false, `${words}: ${id} (${impact}): ${help}; ${nodes.length} times${where.join("")}`);
  }
}

await run(async (browser) => {
  for (const file of process.argv.slice(2)) {
    for (const colorScheme of ["light", "dark"]) {
      for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
        const words = `${file}, ${colorScheme}, ${device}`;
        await visit(browser, file, { colorScheme, viewport }, async (page) => {
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          check(wide <= viewport.width, `${words}: the page is ${wide} wide`);
          await look(page, words);
          if (await page.locator("tbody button").count() === 0) return;
          await page.click("#summary summary");
          await page.click(".cell[data-value]:not([data-value='0'])");
          await page.click("[data-toggle=high]");
          await look(page, `${words}, pressed`);
          await page.click("tbody tr:first-child button");
          await look(page, `${words}, a finding`);
        });
      }
    }
  }
});
