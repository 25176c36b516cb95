// Nothing of a hostile log runs, and all of it can be read: arguments are the report and a list of texts that must be there.

import { check, json, run, same, visit } from "./page.mjs";

const [file, textsFile] = process.argv.slice(2);
const texts = json(textsFile);

await run(async (browser) => {
  await visit(browser, file, {}, async (page) => {
    const count = await page.locator("tbody tr").count();
    check(count > 0, "there are no findings");
    let words = await page.evaluate(() => document.body.textContent);
    for (let n = 0; n < count; n += 1) {
      await page.click(`tbody tr:nth-child(${n + 1}) button`);
      words += await page.$eval("#detail", (dialog) => dialog.textContent);
      const links = await page.$$eval("#detail a", (links) => links.map((link) => [link.protocol, link.rel, link.target]));
      for (const [protocol, rel, target] of links) same([protocol, rel, target], ["https:", "noopener noreferrer", "_blank"], "a link");
      await page.keyboard.press("Escape");
    }
    for (const text of texts) check(words.includes(text), `not shown as it is: ${text.slice(0, 200)}`);
    await page.evaluate(() => { for (const one of document.querySelectorAll(".plain:not(:disabled), .cell, .columns button, .more")) one.click(); });
    await page.keyboard.press("Escape");
    await page.fill("#search", "<img");
    same(await page.evaluate(() => window.__fired), undefined, "something ran");
    same(await page.$$eval("img, iframe, object, embed, svg, form[action], base, meta[http-equiv=refresh]", (found) => found.length), 0, "elements of a log");
    same(await page.$$eval("script", (scripts) => scripts.length), 1, "scripts");
    const listeners = await page.$$eval("*", (all) => all.flatMap((element) => [...element.attributes]).filter(({ name }) => name.startsWith("on")).length);
    same(listeners, 0, "attributes that run");
    check(!/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029]/.test(await page.evaluate(() => document.body.textContent)), "characters that cannot be seen");
  });
  await visit(browser, file, { javaScriptEnabled: false }, async (page) => {
    const words = await page.textContent("noscript");
    check(/^\s*This page .*\s+\d+ findings in \d+ records/.test(words), `without script the page says ${words}`);
    check(words.includes("Rule <img src=x onerror=window.__fired=1>"), `without script the rule is not named: ${words}`);
    check(await page.locator("noscript table").isVisible(), "without script there is no table");
    same(await page.$$eval("noscript img", (found) => found.length), 0, "elements in the page without script");
  });
  // The policy holds against what would be in the page: a script and a handler put there are not run.
  await (async () => {
    const page = await browser.newPage();
    await page.goto(new URL(`file://${file}`).href);
    await page.waitForSelector("main[aria-busy=false]");
    await page.evaluate(() => {
      const script = document.createElement("script");
      try { script.textContent = "window.__fired = 1"; document.body.append(script); } catch { /* Trusted types refuse it before the policy does. */ }
      const image = document.createElement("img");
      try { image.setAttribute("onerror", "window.__fired = 2"); } catch { /* The same. */ }
      image.src = "data:image/png;base64,AAAA";
      document.body.append(image);
    });
    await page.waitForTimeout(200);
    same(await page.evaluate(() => window.__fired), undefined, "the policy lets a script in");
    await page.close();
  })();
});
