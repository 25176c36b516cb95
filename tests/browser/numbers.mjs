// The numbers of a report are those of the findings: arguments are the report, the findings as JSON Lines, and ATT&CK.

import { check, json, lines, rows, run, same, tally, values, visit } from "./page.mjs";

const [file, findingsFile, attackFile] = process.argv.slice(2);
const findings = lines(findingsFile);
const { tactics, techniques, records, rejected, looked } = json(attackFile);
const seconds = (text) => Date.parse(text) / 1000;

/** Where the rule of a finding stands in the matrix. */
function cells(finding) {
  return finding.attack.flatMap((id) => {
    const own = techniques[id] ?? finding.tactics;
    const both = own.filter((tactic) => finding.tactics.includes(tactic));
    return (both.length > 0 ? both : own).map((tactic) => `${tactics[tactic]} ${id}`);
  });
}

/** Openings with their ends, by the findings' own words. */
function exposures() {
  const bars = [];
  for (const finding of findings.filter((finding) => finding.exposure !== undefined)) {
    const bar = bars.find((bar) => bar.id === finding.finding_id && bar.to === null);
    if (finding.status === "closed") bar.to = seconds(finding.event_time);
    else if (bar === undefined) bars.push({ id: finding.finding_id, from: seconds(finding.opened_at), to: null });
  }
  return bars;
}

await run((browser) => visit(browser, file, {}, async (page) => {
  const tiles = Object.fromEntries(await page.$$eval("[data-tile]", (tiles) => tiles.map((tile) => [tile.dataset.tile, Number(tile.dataset.value)])));
  const bars = exposures();
  const fired = new Set(findings.flatMap((finding) => finding.attack));
  same(tiles, {
    findings: findings.length, open: bars.filter((bar) => bar.to === null).length, techniques: fired.size,
    identities: new Set(findings.map((finding) => finding.actor)).size, records, rejected,
  }, "the tiles");
  check(bars.length > 0 && fired.size > 5, "the findings are too few to say anything");

  same(await values(page, "[data-level]", "level"), tally(findings.map((finding) => finding.level)), "the levels");

  const matrix = await page.$$eval(".cell[data-technique]", (cells) => cells.map((cell) => [`${cell.dataset.tactic} ${cell.dataset.technique}`, Number(cell.dataset.value), Number(cell.dataset.rules), cell.innerText]));
  same(matrix.filter(([, count]) => count > 0).map(([key, count]) => [key, count]).sort(), tally(findings.flatMap(cells)), "the matrix: what fired");
  same(matrix.map(([key, , rules]) => [key, rules]).sort(), Object.entries(looked).sort(), "the matrix: what is covered");
  for (const [key, count, , words] of matrix) check(count === 0 || words.split(/\s+/).includes(String(count)), `the matrix does not show ${count} for ${key}: ${words}`);

  while (await page.locator("#exposures .more").isVisible()) await page.click("#exposures .more");
  const lanes = await page.$$eval(".lane", (lanes) => lanes.map(({ dataset, lastChild }) => ({ id: dataset.id, from: Number(dataset.from), to: dataset.to === undefined ? null : Number(dataset.to), words: lastChild.textContent })));
  const plain = ({ id, from, to }) => `${id} ${from} ${to}`;
  same(lanes.map(plain).sort(), bars.map(plain).sort(), "the exposures");
  for (const lane of lanes) check((lane.words === "still open") === (lane.to === null), `an exposure says ${lane.words}: ${plain(lane)}`);
  await geometry(page, lanes);

  const columns = await page.$$eval(".columns button", (buttons) => buttons.map((button) => [Number(button.dataset.from), Number(button.dataset.value)]));
  const width = columns[1][0] - columns[0][0];
  const within = ([from]) => findings.filter(({ event_time: time }) => seconds(time) >= from && seconds(time) < from + width).length;
  same(columns.map(([, count]) => count), columns.map(within), "findings over time");
  same(columns.reduce((sum, [, count]) => sum + count, 0), findings.length, "all findings have a time");

  for (const [list, key] of [["actor", "actor"], ["ip", "source_ip"], ["agent", "user_agent"]]) {
    same(await values(page, `[data-list=${list}] button`, "name"), tally(findings.map((finding) => finding[key] ?? "")), `the list ${list}`);
  }
  while (await page.locator("#rules .more").isVisible()) await page.click("#rules .more");
  same(await values(page, "[data-list=rule] button", "name"), tally(findings.map((finding) => finding.rule.title)), "the rules");

  const byTime = findings.map((finding, n) => [finding.event_time, n]).sort(([a, m], [b, n]) => (a < b ? 1 : a > b ? -1 : n - m));
  same(await rows(page), byTime.map(([, n]) => findings[n].finding_id), "the table");
  await details(page);
}));

/** A bar is where its times are: its ends are in the proportion of the times. */
async function geometry(page, lanes) {
  const boxes = await page.$$eval(".lane .track", (tracks) => tracks.map((track) => {
    const [whole, bar] = [track.getBoundingClientRect(), track.firstChild.getBoundingClientRect()];
    return [(bar.left - whole.left) / whole.width, (bar.right - whole.left) / whole.width];
  }));
  const start = Math.min(...lanes.map(({ from }) => from));
  const last = Math.max(...findings.map((finding) => seconds(finding.event_time)));
  const place = (time) => (time - start) / ((last - start) * 1.02);
  lanes.forEach((lane, n) => {
    const [left, right] = boxes[n];
    const end = lane.to === null ? 1 : place(lane.to);
    check(Math.abs(left - place(lane.from)) < 0.01 && Math.abs(right - end) < 0.01, `the bar of ${lane.id} is from ${left} to ${right}, expected ${place(lane.from)} to ${end}`);
  });
}

/** Every finding says what its line says. */
async function details(page) {
  await page.click(".pager button:first-child:not(:disabled)").catch(() => {});
  await page.click("th[data-by=time] button");
  const ordered = findings.map((finding, n) => [finding.event_time, n]).sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n)).map(([, n]) => findings[n]);
  await page.click("tbody tr:first-child button");
  for (const finding of ordered) {
    const words = await page.$eval("#detail", (dialog) => dialog.textContent);
    const wanted = [finding.rule.id, finding.rule.path, finding.rule.hash, finding.event_id, finding.event_name, finding.event_source, finding.error_code, finding.account, finding.region, finding.actor, finding.source_ip, finding.user_agent,
      finding.resource, finding.access_key_id, finding.opened_by, finding.opened_event_id, finding.exposure?.facet, finding.exposure?.reach, finding.events?.asked, ...(finding.events?.event_ids ?? []), ...finding.attack, ...finding.rule.tags,
      ...finding.evidence.flatMap(({ field, value }) => [field, value])];
    for (const one of wanted) check(one === undefined || one === null || words.includes(one), `the page of ${finding.finding_id} does not say ${one}`);
    const next = page.locator("#detail [data-go=Next]");
    if (finding !== ordered.at(-1)) await next.click();
    else check(await next.isDisabled(), "there is a next finding after the last");
  }
}
