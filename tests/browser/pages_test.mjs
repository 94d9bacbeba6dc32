// Every page with its sample documents, and what the script adds to boards, jobs and forms, against
// a small server that hands out pages as the program would. Journeys through the real program are
// in journey*_test.mjs.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { axeProblems, keyboardWalk, launch, tooWide } from './help.mjs';
import { handle, renderWith, samples } from './preview.mjs';

const full = Boolean(process.env.CONVENE_FULL);   // every size in every scheme: several minutes
let browser, server, base, posts, answer, events;

before(async () => {
  browser = await launch();
  server = createServer((req, res) => {
    const path = new URL(req.url, 'http://x').pathname;
    if (req.method === 'POST') {
      let body = '';
      req.on('data', d => { body += d; });
      req.on('end', () => { posts.push({ path, form: Object.fromEntries(new URLSearchParams(body)) }); answer(req, res); });
    } else if (path.endsWith('/events') && events) {
      events(res);
    } else if (path === '/collectives') {
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(renderWith('features/collectives/pages/board.html', 'collectives', 'board_full', { flash: { sentence: 'Moved.', undo_url: '/history/1/undo' } }));
    } else if (/^\/collectives\/people\/\d+\/move$/.test(path)) {
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(renderWith('features/collectives/pages/move.html', 'collectives', 'move_one'));
    } else {
      handle(req, res);
    }
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(async () => { await browser.close(); server.closeAllConnections(); server.close(); });

async function fresh(options = {}) {
  posts = [];
  events = null;
  answer = (req, res) => res.writeHead(303, { Location: '/collectives' }).end();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.told = [];
  page.on('console', m => { if (m.type() === 'error') page.told.push(m.text()); });
  page.on('pageerror', e => page.told.push(String(e)));
  return page;
}

for (const sample of samples()) {
  test(`${sample.id}: axe finds nothing, nothing sticks out, the console is quiet`, async () => {
    const page = await fresh();
    await page.goto(`${base}/${sample.id}`);
    // 320 px is also what a window of 1280 px has at 400 % zoom.
    for (const [width, colorScheme, looks] of [[1280, 'light', true], [390, 'dark', true], [1280, 'dark', full], [390, 'light', full], [320, 'light', false]]) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      const where = `${width} ${colorScheme}`;
      if (looks) assert.deepEqual(await axeProblems(page), [], where);
      assert.equal(await tooWide(page), 0, `${where}: wider than the window`);
    }
    assert.deepEqual(page.told, []);
    await page.context().close();
  });
}

test('from right to left nothing sticks out', async () => {
  for (const id of ['collectives-board_full', 'themes-board_full', 'exchange-preview_people', 'today-today_full']) {
    for (const width of [1280, 320]) {
      const page = await fresh({ viewport: { width, height: 844 } });
      await page.goto(`${base}/${id}`);
      await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth <= 0), true, `${id} ${width}`);
      await page.context().close();
    }
  }
});

test('every control of a board is reached by Tab and shows that it has the focus', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-board_full`);
  const names = await keyboardWalk(page);
  assert.ok(names.includes('Skip to content'));
  assert.ok(names.includes('Move Odalys Peña'));
  assert.ok(names.includes('Unlock Before the tenth absence'));
  await page.context().close();
});

test('dragging a person sends the form, and the new board and the sentence come in', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-board_full`);
  await page.waitForFunction(() => document.documentElement.classList.contains('moves'));
  const grip = page.locator('[data-item="19"] .grip');
  await grip.scrollIntoViewIfNeeded();
  await grip.dragTo(page.locator('[data-lane="3"] .chip').first());
  await page.locator('#flash .flash').waitFor();
  assert.equal(posts.length, 1);
  assert.deepEqual(posts[0], { path: '/collectives/move', form: { csrf: 'kT4w0vQ2m9Xc7Ra1', item: '19', to: '3' } });
  assert.equal(await page.locator('#flash p').textContent(), 'Moved.');
  await page.waitForFunction(() => document.querySelector('#live').textContent === 'Moved.');
  assert.equal(new URL(page.url()).pathname, '/collectives-board_full');
  assert.deepEqual(page.told, []);
  await page.context().close();
});

test('a locked group neither gives nor takes', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-board_full`);
  await page.waitForFunction(() => document.documentElement.classList.contains('moves'));
  await page.locator('[data-item="19"] .grip').dragTo(page.locator('[data-lane="1"] .chip').nth(1));
  await page.waitForTimeout(300);
  assert.equal(posts.length, 0);
  assert.equal(await page.locator('[data-lane="2"] [data-item="19"]').count(), 1);
  await page.context().close();
});

test('a refused drag puts the person back and says why', async () => {
  const page = await fresh();
  answer = (req, res) => res.writeHead(409, { 'Content-Type': 'text/html' })
    .end('<main><h1>Full</h1><p data-sentence>It has ten people.</p><p data-remedy>Write a reason.</p></main>');
  await page.goto(`${base}/collectives-board_full`);
  await page.waitForFunction(() => document.documentElement.classList.contains('moves'));
  await page.locator('[data-item="19"] .grip').dragTo(page.locator('[data-lane="3"] .chip').first());
  await page.locator('.flash.bad').waitFor();
  assert.equal(await page.locator('.flash.bad').textContent(), 'It has ten people. Write a reason.');
  assert.equal(await page.locator('[data-lane="2"] [data-item="19"]').count(), 1);
  await page.context().close();
});

test('the Move link opens a dialog, works by keyboard and gives the focus back', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-board_full`);
  await page.waitForFunction(() => window.htmx);
  await page.locator('#move-58').focus();
  await page.keyboard.press('Enter');
  await page.locator('#sheet[open] h1').waitFor();
  assert.deepEqual(await axeProblems(page), []);
  await page.evaluate(() => { document.querySelector('#sheet [name=item]').value = '19'; });
  await page.locator('#sheet input[value="4"]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.locator('#flash .flash').waitFor();
  assert.deepEqual(posts.map(p => [p.path, p.form.item, p.form.to]), [['/collectives/move', '19', '4']]);
  assert.equal(await page.locator('#sheet[open]').count(), 0);
  await page.waitForFunction(() => document.activeElement.id === 'move-19');
  await page.context().close();
});

test('Escape closes the dialog and the focus is on the Move link again', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-board_full`);
  await page.waitForFunction(() => window.htmx);
  await page.locator('#move-58').focus();
  await page.keyboard.press('Enter');
  await page.locator('#sheet[open] h1').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'move-58');
  await page.context().close();
});

test('without scripts the Move link is a page with the same form', async () => {
  const page = await fresh({ javaScriptEnabled: false });
  await page.goto(`${base}/collectives-board_full`);
  assert.equal(await page.locator('.grip:visible').count(), 0);
  await page.locator('#move-58').click();
  await page.waitForURL('**/collectives/people/58/move');
  await page.locator('input[value="4"]').check();
  await page.getByRole('button', { name: 'Move' }).click();
  await page.waitForURL('**/collectives');
  assert.deepEqual([posts[0].form.item, posts[0].form.to], ['18', '4']);
  await page.context().close();
});

test('a job shows its progress and goes on to its result', async () => {
  const page = await fresh();
  events = res => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('data: {"percent": 71, "what": "Nearly there", "is_over": false}\n\n');
    page.go = () => res.write('data: {"percent": 100, "is_over": true, "is_done": true, "result": {"url": "/themes-board_full"}}\n\n');
  };
  await page.goto(`${base}/web-job_running`);
  await page.waitForFunction(() => document.querySelector('progress').value === 71);
  assert.equal(await page.locator('[data-what]').textContent(), 'Nearly there');
  assert.equal(await page.locator('[data-percent]').textContent(), '71%');
  page.go();
  await page.waitForURL('**/themes-board_full');
  await page.context().close();
});

test('keys: g then h opens themes, ? the list, and they can be turned off', async () => {
  const page = await fresh();
  await page.goto(`${base}/people-list_full`);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.type('g h ?');
  assert.equal(await page.locator('#keys[open]').count(), 0, 'not while typing');
  await page.locator('h1').click();
  await page.keyboard.press('?');
  await page.locator('#keys[open]').waitFor();
  assert.deepEqual(await axeProblems(page), []);
  await page.locator('#keys-on').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  assert.equal(await page.locator('#keys[open]').count(), 0);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await page.waitForURL('**/themes');
  await page.context().close();
});

test('a file dropped on the frame is chosen', async () => {
  const page = await fresh();
  await page.goto(`${base}/exchange-new_people`);
  const data = await page.evaluateHandle(() => { const d = new DataTransfer(); d.items.add(new File(['name\nAna\n'], 'a.csv')); return d; });
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: data });
  assert.equal(await page.evaluate(() => document.querySelector('#file').files[0].name), 'a.csv');
  await page.context().close();
});

test('words typed into a form are asked about before they are lost', async () => {
  const page = await fresh();
  await page.goto(`${base}/exchange-new_people`);
  await page.fill('#pasted', 'name\nAna');
  const asked = new Promise(done => page.once('dialog', d => { done(d.type()); d.accept(); }));
  await page.locator('.brand').click();
  assert.equal(await asked, 'beforeunload');
  await page.context().close();
});

test('print: the frame is gone, the collective stays', async () => {
  const page = await fresh();
  await page.goto(`${base}/collectives-print_one`);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.top').isVisible(), false);
  assert.equal(await page.locator('.foot').isVisible(), false);
  assert.equal(await page.locator('.sheet h1').isVisible(), true);
  await page.context().close();
});

test('what a first view weighs stays under its limit', async () => {
  const kb = text => gzipSync(text, { level: 9 }).length / 1024;
  const at = name => readFileSync(new URL(`../../assets/${name}`, import.meta.url));
  const css = kb(at('convene.css')), js = kb(at('convene.js')), icons = kb(at('icons.svg'));
  assert.ok(css <= 8, `css ${css.toFixed(1)}`);
  assert.ok(js <= 6, `js ${js.toFixed(1)}`);
  const lines = [`css ${css.toFixed(1)} js ${js.toFixed(1)} icons ${icons.toFixed(1)}`];
  const htmx = kb(at('node_modules/htmx.org/dist/htmx.min.js')), sortable = kb(at('node_modules/sortablejs/Sortable.min.js'));
  for (const sample of samples()) {
    const html = kb(renderWith(sample.page, sample.folder, sample.name));
    const text = readFileSync(new URL(`../../src/${sample.page}`, import.meta.url), 'utf8');
    const board = text.includes('_frame_board');
    const total = html + css + js + icons + (board || text.includes('@htmx.js') ? htmx : 0) + (board ? sortable : 0);
    assert.ok(html <= 12, `${sample.id}: html ${html.toFixed(1)} KB`);
    assert.ok(total <= (board ? 60 : 35), `${sample.id}: ${total.toFixed(1)} KB`);
    lines.push(`${sample.id} html ${html.toFixed(1)} all ${total.toFixed(1)}`);
  }
  if (process.env.CONVENE_SHOW_WEIGHT) console.log(lines.join('\n'));
});
