// Filters, search and sorting give what the findings give: arguments are the report and the findings as JSON Lines.

import { check, lines, rows, run, same, shown, visit } from "./page.mjs";

const [file, findingsFile] = process.argv.slice(2);
const findings = lines(findingsFile);
const ids = (test) => findings.filter(test).map((finding) => finding.finding_id).sort();

async function expect(page, test, words) {
  const expected = ids(test);
  check(expected.length > 0 && expected.length < findings.length, `${words}: the findings do not tell anything apart`);
  await page.waitForFunction((count) => Number(document.getElementById("shown").dataset.value) === count, expected.length, { timeout: 5000 }).catch(() => {});
  same(await shown(page), expected.length, `${words}: how many`);
  same((await rows(page)).sort(), expected, words);
}

const reset = (page) => page.locator(".chips button", { hasText: "Show all" }).click();

await run((browser) => visit(browser, file, {}, async (page) => {
  await page.click("[data-toggle=high]");
  await expect(page, (finding) => finding.level === "high", "one level");
  await page.click("[data-toggle=medium]");
  await expect(page, (finding) => ["high", "medium"].includes(finding.level), "two levels");
  await page.selectOption("#by-status", { label: "closed" });
  await expect(page, (finding) => ["high", "medium"].includes(finding.level) && finding.status === "closed", "two levels, closed");
  await reset(page);
  same(await shown(page), findings.length, "everything again");

  for (const [id, key, value, label] of [["source", "event_source", "s3.amazonaws.com", /^s3 \(/], ["account", "account", "444455556666", /^444455556666 /], ["region", "region", "us-east-1", /^us-east-1 /]]) {
    const option = await page.$$eval(`#by-${id} option`, (options, label) => options.find((option) => new RegExp(label).test(option.textContent)).value, label.source);
    await page.selectOption(`#by-${id}`, option);
    await expect(page, (finding) => finding[key] === value, `the filter ${id}`);
    await reset(page);
  }

  await page.selectOption("#by-application", "shop");
  await expect(page, (finding) => finding.applications?.some(({ application }) => application === "shop"), "an application");
  await reset(page);
  await page.selectOption("#by-application", "(none)");
  await expect(page, (finding) => !(finding.applications?.length > 0), "no application");
  await reset(page);
  await page.locator("[data-id=open-ports]", { hasText: "A port is opened" }).click();
  await expect(page, (finding) => finding.applications?.some(({ application, vectors }) => application === "shop" && vectors.includes("open-ports")), "an attack vector");
  await page.locator("[data-application=shop] button", { hasText: "where nothing happened" }).click();
  check(await page.locator("[data-application=shop] button", { hasText: "The queue of orders" }).isDisabled(), "a vector without findings can be pressed");
  await reset(page);

  for (const word of ["backup-svc", "CUSTOMER-exports", "192.0.2.66 getbucket", "T1537", "StopLogging", "2026-11-20T13:2", "no such thing at all"]) {
    await page.fill("#search", word);
    const has = (finding) => word.toLowerCase().split(" ").every((part) => JSON.stringify([finding.title, finding.rule.title, finding.actor, finding.source_ip, finding.user_agent, finding.resource, finding.event_source, finding.event_name,
      finding.error_code, finding.account, finding.region, finding.event_id, finding.access_key_id, finding.attack, finding.event_time]).toLowerCase().includes(part));
    const expected = ids(has).length;
    await page.waitForFunction((count) => Number(document.getElementById("shown").dataset.value) === count, expected, { timeout: 5000 }).catch(() => {});
    same((await rows(page)).sort(), ids(has), `the search for ${word}`);
  }
  await page.fill("#search", "");
  await page.waitForFunction((count) => Number(document.getElementById("shown").dataset.value) === count, findings.length);

  const cell = page.locator(".cell[data-technique=T1530][data-tactic=TA0009]");
  await cell.click();
  await page.locator("#matrix .about button", { hasText: "Show" }).click();
  await expect(page, (finding) => finding.attack.includes("T1530") && finding.tactics.includes("collection"), "a cell of the matrix");
  await reset(page);
  const lane = page.locator(".lane", { hasText: "tcp/5432" });
  const id = await lane.getAttribute("data-id");
  await lane.locator("button").click();
  await expect(page, (finding) => finding.finding_id === id, "an exposure");
  await reset(page);
  await page.locator("[data-list=ip] button", { hasText: "203.0.113.25" }).click();
  await expect(page, (finding) => finding.source_ip === "203.0.113.25", "an address");
  await reset(page);
  const column = page.locator(".columns button:not([data-value='0'])").first();
  const from = Number(await column.getAttribute("data-from"));
  const count = Number(await column.getAttribute("data-value"));
  await column.click();
  same(await shown(page), count, "a column of time");
  check((await rows(page)).every((id) => findings.some((finding) => finding.finding_id === id && Date.parse(finding.event_time) >= from * 1000)), "a column of time: its findings");
  await reset(page);

  const rank = ["critical", "high", "medium", "low", "informational"];
  const by = new Map(findings.map((finding) => [`${finding.finding_id} ${finding.status} ${finding.event_time}`, finding]));
  for (const [column, key] of [["level", (finding) => rank.indexOf(finding.level)], ["title", (finding) => finding.title.replace(/^Closed: /, "")], ["account", (finding) => finding.account], ["source", (finding) => finding.event_source.replace(".amazonaws.com", "")], ["status", (finding) => (finding.status === "closed" ? 1 : 0)]]) {
    for (const way of ["ascending", "descending"]) {
      await page.click(`th[data-by=${column}] button`);
      same(await page.getAttribute(`th[data-by=${column}]`, "aria-sort"), way, `the heading ${column}`);
      const found = await page.$$eval("tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText)));
      const sorted = [...by.values()].map(key).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      if (way === "descending") sorted.reverse();
      const place = { level: 1, title: 2, source: 4, account: 5, status: 6 }[column];
      const words = { level: (word) => rank.indexOf(word), status: (word) => (word === "closed" ? 1 : 0) }[column] ?? ((word) => word);
      same(found.map((cells) => words(cells[place].split("\n")[0].trim())), sorted.slice(0, found.length), `sorted by ${column}, ${way}`);
    }
  }
}));
