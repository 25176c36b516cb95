// The picture of the report in the documents: arguments are a report of the sample trail and the file to write. As the tests, it is told
// by TATTLETRAIL_BROWSER and TATTLETRAIL_PACKAGES which browser and packages to use.

import { run, visit } from "../browser/page.mjs";

const [file, picture] = process.argv.slice(2);

await run((browser) => visit(browser, file, { viewport: { width: 1320, height: 1760 } }, async (page) => {
  await page.screenshot({ path: picture });
}));
