// What the browser tests share: a browser, a signed-in page, pictures, axe, keyboard walks, weight.
// The address of the running program comes from CONVENE_URL, the owner link from CONVENE_OWNER_LINK.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const base = (process.env.CONVENE_URL || '').replace(/\/$/, '');
export const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// A context is one browser profile: cookies, size, scheme, with or without scripts. Errors in the
// console and requests that leave the program's own host are kept in context.told and fail tests.
export async function open(browser, { size = 'wide', dark = false, scripts = true, state, rtl = false } = {}) {
  const context = await browser.newContext({
    baseURL: base, viewport: sizes[size] || size, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce',
    javaScriptEnabled: scripts, storageState: state, locale: rtl ? 'ar' : 'en-US',
  });
  context.told = [];
  context.on('console', m => { if (m.type() === 'error') context.told.push(`console: ${m.text()}`); });
  context.on('weberror', e => context.told.push(`error: ${e.error()}`));
  context.on('request', r => {
    const at = new URL(r.url());
    if (base && /^https?:$/.test(at.protocol) && at.host !== new URL(base).host) context.told.push(`left for ${at.host}`);
  });
  return context;
}

// Signs in through the owner link, as a person does: opening it uses nothing up, the button does.
export async function signIn(context, link = process.env.CONVENE_OWNER_LINK) {
  const page = await context.newPage();
  await page.goto(link);
  await page.locator('main form button').first().click();
  await page.waitForURL(url => !url.pathname.startsWith('/owner'));
  await page.close();
  return context.storageState();
}

export async function shot(page, path) {
  await page.screenshot({ path, fullPage: process.env.CONVENE_SHOTS === 'full' });
}

// One line for each kind of violation; none means none.
export async function axeProblems(page) {
  // As an evaluated string: the page's own Content-Security-Policy stays in force for the page.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return result.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`);
}

// Presses Tab until the focus comes back to the start; gives what had it, in order. Throws when an
// element with the focus cannot be seen.
export async function keyboardWalk(page, most = 400) {
  const names = [];
  await page.evaluate(() => document.body.focus());
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const r = e.getBoundingClientRect(), s = getComputedStyle(e);
      return { name: (e.getAttribute('aria-label') || e.textContent || e.name || e.id || e.tagName).trim().slice(0, 60),
        seen: r.width > 0 && r.height > 0, ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 };
    });
    if (!at) break;
    if (!at.seen) throw new Error(`focus is on something that cannot be seen: ${at.name}`);
    if (!at.ring) throw new Error(`no focus ring on: ${at.name}`);
    names.push(at.name);
  }
  return names;
}

// Bytes that the first view of a page takes, packed, without fonts: {html, css, js, total}.
export async function weight(context, path) {
  const page = await context.newPage();
  const sums = { html: 0, css: 0, js: 0, other: 0 };
  page.on('response', async r => {
    const type = r.headers()['content-type'] || '';
    if (type.startsWith('font/')) return;
    const body = await r.body().catch(() => Buffer.alloc(0));
    const kind = type.includes('html') ? 'html' : type.includes('css') ? 'css' : type.includes('javascript') ? 'js' : 'other';
    sums[kind] += gzipSync(body, { level: 9 }).length;
  });
  await page.goto(path, { waitUntil: 'networkidle' });
  await page.close();
  return { ...sums, total: Object.values(sums).reduce((a, b) => a + b) };
}

// How far the page is wider than the window: 0 is right at 320 px and at 400 % zoom.
export const tooWide = page => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
