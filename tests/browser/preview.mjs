// Shows every page with its sample documents before (and beside) the real server:
//   node preview.mjs serve            http://127.0.0.1:8099/ lists pages
//   node preview.mjs shots OUT [WORD] pictures at 1280 and 390, light and dark, and axe over each
// A page and its document belong together by name: features/themes/pages/board.html with
// features/themes/golden/board_full.json. The page is served under our Content-Security-Policy.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { axeProblems, launch, shot } from './help.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const tool = join(root, process.env.CONVENE_BUILD || 'build', 'src/render_tool');
const csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', woff2: 'font/woff2' };
const modules = {
  'htmx.js': 'htmx.org/dist/htmx.min.js', 'sortable.js': 'sortablejs/Sortable.min.js',
  'fonts/bricolage-grotesque-latin-700-5.3.0.woff2': '@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff2',
  'fonts/literata-latin-400-5.3.0.woff2': '@fontsource/literata/files/literata-latin-400-normal.woff2',
  'fonts/figtree-latin-wght-5.3.0.woff2': '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
};

export function samples() {
  const out = [];
  for (const folder of ['web', ...readdirSync(join(root, 'src/features')).map(f => `features/${f}`)]) {
    const golden = join(root, 'src', folder, 'golden');
    if (!existsSync(golden)) continue;
    for (const file of readdirSync(golden).filter(f => f.endsWith('.json')).sort()) {
      const name = file.replace(/\.json$/, '');
      const page = readdirSync(join(root, 'src', folder, 'pages')).filter(p => p.endsWith('.html') && !p.startsWith('_'))
        .map(p => p.replace('.html', '')).filter(p => name === p || name.startsWith(p + '_')).sort((a, b) => b.length - a.length)[0];
      if (page) out.push({ name, folder: folder.replace('features/', ''), id: `${folder.replace('features/', '')}-${name}`, page: `${folder}/pages/${page}.html`, data: join(golden, file) });
    }
  }
  return out;
}

export function render(sample) {
  return execFileSync(tool, [sample.page, join(here, 'frame.json'), sample.data], { maxBuffer: 1 << 25 });
}

// A page with one of its documents and some keys of the frame on top.
export function renderWith(page, folder, name, frame = {}) {
  const at = folder === 'web' ? 'src/web' : `src/features/${folder}`;
  const base = JSON.parse(readFileSync(join(here, 'frame.json')));
  const file = join(mkdtempSync(join(tmpdir(), 'convene-')), 'frame.json');
  writeFileSync(file, JSON.stringify({ frame: { ...base.frame, ...frame } }));
  return execFileSync(tool, [page, file, join(root, at, 'golden', `${name}.json`)], { maxBuffer: 1 << 25 });
}

export function handle(req, res) {
  const path = new URL(req.url, 'http://x').pathname;
  const end = (status, type, body) => res.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': csp }).end(body);
  const asset = path.startsWith('/assets/') && path.slice(8);
  if (asset && !asset.includes('..')) {
    const file = modules[asset] ? join(root, 'assets/node_modules', modules[asset]) : join(root, 'assets', asset);
    return existsSync(file) ? end(200, types[asset.split('.').pop()], readFileSync(file)) : end(404, 'text/plain', 'no');
  }
  if (path.endsWith('/events')) return res.writeHead(204).end();
  const sample = samples().find(s => '/' + s.id === path);
  if (sample) {
    try { return end(200, 'text/html; charset=utf-8', render(sample)); } catch (e) { return end(500, 'text/plain', String(e)); }
  }
  end(path === '/' ? 200 : 404, 'text/html; charset=utf-8',
    '<!doctype html><html lang="en"><title>Pages</title><ul>' + samples().map(s => `<li><a href="/${s.id}">${s.id}</a></li>`).join('') + '</ul></html>');
}

export function serve(port) {
  const server = createServer(handle);
  return new Promise(done => server.listen(port, '127.0.0.1', () => done(server)));
}

async function shots(out, word = '') {
  mkdirSync(out, { recursive: true });
  const server = await serve(0);
  const base = `http://127.0.0.1:${server.address().port}`;
  const browser = await launch();
  let count = 0;
  for (const sample of samples().filter(s => s.id.includes(word))) {
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      for (const scheme of ['light', 'dark']) {
        const told = [];
        const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' });
        page.on('console', m => { if (m.type() === 'error') told.push(m.text()); });
        page.on('pageerror', e => told.push(String(e)));
        await page.goto(`${base}/${sample.id}`, { waitUntil: 'load' });
        await page.evaluate(() => document.fonts.ready);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) told.push(`${wide} px wider than the screen`);
        told.push(...await axeProblems(page));
        await shot(page, join(out, `${sample.id}-${width}${scheme === 'dark' ? '-dark' : ''}.png`));
        count += told.length;
        for (const line of told) console.log(`${sample.id} ${width} ${scheme}: ${line}`);
        await page.close();
      }
    }
  }
  console.log(`${count} problems`);
  await browser.close();
  server.close();
  process.exitCode = count ? 1 : 0;
}

const [, started, what, ...rest] = process.argv;
if (started !== fileURLToPath(import.meta.url)) { /* read by a test */ }
else if (what === 'serve') { await serve(8099); console.log('http://127.0.0.1:8099/'); }
else if (what === 'shots') await shots(resolve(rest[0]), rest[1]);
