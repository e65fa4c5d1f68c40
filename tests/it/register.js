// Registers the GitHub App by the page of deploy/, in a headless Chromium that sends nothing.
//
//   node register.js CHROMIUM PAGE GITHUB ORGANIZATION [GITHUB ORGANIZATION]...
//
// For each pair: where the form would be posted to, and the manifest in it; `refused` where the
// browser holds it back. What is printed is one JSON document; whether it is good is left to deploy.rs.

const { chromium } = require('playwright-core');

const [executablePath, file, ...words] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-proxy-server', '--disable-dev-shm-usage'],
  });
  const report = [];
  for (let at = 0; at < words.length; at += 2) {
    report.push(await register(browser, words[at], words[at + 1]));
  }
  await browser.close();
  console.log(JSON.stringify(report));
}

async function register(browser, github, organization) {
  const page = await browser.newPage();
  page.setDefaultTimeout(5000);
  await page.goto(`file://${file}`);
  let posted;
  await page.route(/^https?:/, (route) => {
    const request = route.request();
    if (request.method() === 'POST') {
      const manifest = new URLSearchParams(request.postData()).get('manifest');
      posted = { url: request.url(), manifest };
    }
    return route.fulfill({ status: 200, contentType: 'text/html', body: 'taken' });
  });
  await page.getByLabel('Address of GitHub').fill(github);
  await page.getByLabel('Organization').fill(organization);
  const isGood = await page.evaluate(() => document.forms[0].checkValidity());
  await page.getByRole('button').click();
  if (isGood) {
    await page.getByText('taken').waitFor();
  }
  await page.close();
  return posted ?? { url: 'refused', manifest: null };
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
