// Takes the pictures of the README: serves the demo network and looks at the import preview, the themes and the collectives, at 1280
// and 390 px, light and dark. usage: node tests/browser/pictures.mjs [FOLDER]   (docs/pictures)
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = resolve(process.argv[2] || join(root, 'docs/pictures'));
const binary = join(root, 'build/convene');
const here = mkdtempSync(join(tmpdir(), 'convene-pictures-'));
const data = join(here, 'demo.db');
mkdirSync(folder, { recursive: true });
spawnSync(binary, ['demo', '--once', '--data', data], { stdio: 'ignore' });
const server = spawn(binary, ['serve', '--json', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const told = await new Promise((done) => server.stdout.once('data', (text) => done(JSON.parse(text))));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const context = await browser.newContext({ baseURL: told.address, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(told.owner_link);
  await page.locator('main form button').first().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/owner'));
  await page.goto('/imports/new?kind=people');
  await page.locator('input[type=file]').setInputFiles(join(root, 'tests/data/roster_es.csv'));
  await page.locator('main form button.pri').first().click();
  await page.waitForURL(/\/imports\/\d+/);
  const preview = new URL(page.url()).pathname;
  const pages = { import: preview, themes: '/themes', collectives: '/collectives', collective: '/collectives/3', today: '/' };
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [name, path] of Object.entries(pages)) {
      for (const [width, height] of [[1280, 900], [390, 844]]) {
        await page.setViewportSize({ width, height });
        await page.goto(path, { waitUntil: 'networkidle' });
        await page.screenshot({ path: join(folder, `${name}-${width}${scheme === 'dark' ? '-dark' : ''}.png`) });
      }
    }
  }
} finally {
  await browser.close();
  server.kill();
  rmSync(here, { recursive: true, force: true });
}
