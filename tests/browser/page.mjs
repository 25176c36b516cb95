// A report in a browser, watched: nothing may be said on the console, asked for, or fetched while a script looks at it.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import path from "node:path";

const packages = createRequire(path.join(process.env.TATTLETRAIL_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
export const axe = () => readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

/** Every visit so far has seen something that may not be. */
const wrong = [];

export function check(holds, words) {
  if (!holds) wrong.push(words);
}

export function same(found, expected, words) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(a === b, `${words}: found ${a?.slice(0, 2000)}, expected ${b?.slice(0, 2000)}`);
}

/** Opens a report and hands it to `look`; whatever the page does besides is wrong. */
export async function visit(browser, file, options, look) {
  const { hash = "", ...settings } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light", ...settings });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  page.on("console", (message) => check(false, `the console: ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => check(false, `an error: ${error.message}`));
  page.on("dialog", (dialog) => { check(false, `a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("popup", () => check(false, "a window"));
  page.on("request", (request) => check(request.url().split("#")[0] === address || request.url() === "data:,", `a request: ${request.url().slice(0, 200)}`));
  await page.goto(address + hash);
  if (settings.javaScriptEnabled !== false) await page.waitForSelector("main[aria-busy=false]", { timeout: 60000 });
  await look(page);
  await context.close();
}

/** Runs `work` with a browser, then says what was wrong. */
export async function run(work) {
  const browser = await chromium.launch({ executablePath: process.env.TATTLETRAIL_BROWSER, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    await work(browser);
  } catch (error) {
    wrong.push(error.stack);
  } finally {
    await browser.close();
  }
  for (const words of wrong) console.error(words);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

export const lines = (file) => readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
export const json = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Occurrences by key, as sorted pairs. */
export function tally(keys) {
  const counts = new Map();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** `[key, count]` of elements with `data-value`, without those of nothing. */
export const values = (page, selector, key) =>
  page.$$eval(selector, (elements, key) => elements.map((element) => [element.dataset[key], Number(element.dataset.value)]).filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)), key);

/** The ids of the rows, page by page. */
export async function rows(page) {
  const ids = [];
  for (;;) {
    ids.push(...await page.$$eval("tbody tr[data-id]", (rows) => rows.map((row) => row.dataset.id)));
    const next = page.locator(".pager button", { hasText: "Next" });
    if (await next.count() === 0 || !(await next.isVisible()) || await next.isDisabled()) return ids;
    await next.click();
  }
}

export const shown = (page) => page.$eval("#shown", (element) => Number(element.dataset.value));
