// Takes the pictures of docs/pull-requests.md: each comment as GitHub shows it, on a desk and on a phone.
//
//   node gallery.js CHROMIUM DIRECTORY
//
// Reads each Markdown file of the directory, writes NAME-desktop.png and NAME-phone.png beside it, and which
// text they are of into pictures.json.

const { createHash } = require('node:crypto');
const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { chromium } = require('playwright-core');
const { marked } = require('marked');

const [executablePath, directory] = process.argv.slice(2);
const style = readFileSync(require.resolve('github-markdown-css/github-markdown-light.css'), 'utf8');
const WIDTHS = { desktop: 900, phone: 390 };

const frame = (body) => `<!doctype html><meta charset="utf-8"><style>${style}
body { margin: 0; padding: 12px; background: #fff; }
.box { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
.head { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0;
  font: 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #59636e; }
.head b { color: #1f2328; }
.bot { border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 7px; font-size: 12px; }
.markdown-body { padding: 16px; font-size: 14px; }
</style><div class="box"><div class="head"><b>cloudcorrect</b> <span class="bot">bot</span></div>
<article class="markdown-body">${body}</article></div>`;

async function main() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-proxy-server', '--disable-dev-shm-usage'],
  });
  const digests = {};
  const names = readdirSync(directory).filter((file) => file.endsWith('.md')).sort();
  for (const file of names) {
    const name = file.replace(/\.md$/, '');
    const markdown = readFileSync(join(directory, file), 'utf8');
    digests[name] = createHash('sha256').update(markdown).digest('hex');
    for (const [size, width] of Object.entries(WIDTHS)) {
      const page = await browser.newPage({ viewport: { width, height: 100 } });
      await page.setContent(frame(marked.parse(markdown, { gfm: true })));
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      const clip = { x: 0, y: 0, width, height: Math.min(height, 1400) };
      await page.screenshot({ path: join(directory, `${name}-${size}.png`), clip, fullPage: true });
      await page.close();
    }
  }
  await browser.close();
  writeFileSync(join(directory, 'pictures.json'), `${JSON.stringify(digests, null, 2)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
