// Reads the page as people do, in a headless Chromium, and tells what there was to see.
//
//   node page.js CHROMIUM URL GROUP PATHS WIDTHxHEIGHT...
//
// For each size: from the overview by its links to the group, its latest run, and the revision that
// the run was of; then the pages at PATHS, which commas part. What is printed is one JSON document; whether it is good is
// left to page.rs.

const { chromium } = require('playwright-core');

const [executablePath, url, group, paths, ...sizes] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-proxy-server', '--disable-dev-shm-usage'],
  });
  const report = [];
  for (const size of sizes) {
    const [width, height] = size.split('x').map(Number);
    report.push({ size, ...(await walk(browser, { width, height })) });
  }
  await browser.close();
  console.log(JSON.stringify(report));
}

async function walk(browser, viewport) {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(5000);
  const complaints = listen(page);
  const seen = [];
  await page.goto(url);
  seen.push(await look(page));
  await follow(page, page.getByRole('link', { name: group, exact: true }));
  seen.push(await look(page));
  await follow(page, page.locator('section[aria-labelledby=runs] tbody a[href*="/runs/"]').first());
  seen.push(await look(page));
  await follow(page, page.locator('main a[href*="/revisions/"]').first());
  seen.push(await look(page));
  for (const path of paths.split(',')) {
    await page.goto(new URL(path, url).href);
    seen.push(await look(page));
  }
  await page.close();
  return { seen, complaints };
}

// Clicks like a user, so that a link that is covered or out of sight is none.
async function follow(page, link) {
  await Promise.all([page.waitForNavigation(), link.click()]);
}

// Everything that the browser complains of from now on.
function listen(page) {
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return complaints;
}

async function look(page) {
  const [title, heading] = [await page.title(), page.locator('h1')];
  await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  const { path, tooWide, sticksOut, styled } = await page.evaluate(() => ({
    path: location.pathname,
    tooWide: Math.max(0, document.scrollingElement.scrollWidth - innerWidth),
    // Also what a parent hides by cutting it off.
    sticksOut: [...document.querySelectorAll('main *, header *, footer *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.outerHTML.slice(0, 80)),
    // A page whose style sheet was refused reports no error where the policy is silent.
    styled: getComputedStyle(document.body).margin === '0px',
  }));
  const names = page.getByText(group, { exact: false });
  const visible = await heading.isVisible() && await names.first().isVisible();
  const badges = await page.locator('main .badge').allInnerTexts();
  return { path, title, heading: await heading.innerText(), badges, visible, styled, tooWide, sticksOut };
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
