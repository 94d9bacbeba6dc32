// The weaver's journey through the real program, from an empty network to collectives on paper: with scripts, without them, and by
// keyboard alone; then every page in both sizes and schemes under axe, in a narrow window, and on the scales.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { convene, folder, root, serve } from '../house.mjs';

const ends = [];
const t = { after: (end) => ends.push(end) };
const file = (name) => join(root, 'tests/data', name);
let help, browser;
const networks = {};

/** A network of its own with its own server: the journeys change things. */
async function network(name, start) {
  const data = join(folder(t), `${name}.db`);
  assert.equal(convene([...start, '--data', data]).code, 0);
  const server = await serve(t, data, ['--rate-limits', 'no']);
  return { server, data };
}

before(async () => {
  networks.scripts = await network('scripts', ['init', '--name', 'Tres Ríos', '--lang', 'en,es']);
  process.env.CONVENE_URL = networks.scripts.server.address;
  help = await import('./help.mjs');
  browser = await help.launch();
});
after(async () => {
  await browser?.close();
  for (const name of Object.keys(networks)) assert.equal(networks[name].server.died, undefined, `${name}: the program ended by itself`);
  for (const end of ends.reverse()) await end();
});

/** A signed-in page; what the console says and requests to other hosts are kept in page.told. */
async function visit(net, options = {}) {
  const context = await browser.newContext({ baseURL: net.server.address, viewport: help.sizes.wide, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(30000);
  if (net.state) await context.addCookies(net.state.cookies);
  const page = await context.newPage();
  page.told = [];
  page.on('console', (m) => { if (m.type() === 'error') page.told.push(m.text()); });
  page.on('pageerror', (e) => page.told.push(String(e)));
  page.on('request', (r) => { const at = new URL(r.url()); if (/^http/.test(at.protocol) && at.origin !== net.server.address) page.told.push(`left for ${at.host}`); });
  if (!net.state) {
    await page.goto(net.server.ownerLink);
    await page.locator('main form button').click();
    await page.waitForURL((url) => url.pathname === '/');
    net.state = await context.storageState();
  }
  return page;
}

const heading = (page) => page.locator('h1').first().textContent();
const json = (page, path) => page.evaluate((p) => fetch(p, { headers: { accept: 'application/json' } }).then((r) => r.json()), path);

/** A job's page leads on by itself; one that was over before it was looked at has a link. */
async function landed(page, where, press) {
  const begun = page.waitForEvent('framenavigated', (frame) => /\/jobs\/\d+$/.test(frame.url()));
  await press();
  await begun;
  const on = page.getByRole('link', { name: 'See what came of it' });
  await Promise.race([page.waitForURL((url) => where.test(url.pathname)), on.waitFor().then(() => on.click(), () => {})]);
  await page.waitForURL((url) => where.test(url.pathname));
}

async function bringIn(page, kind, name) {
  await page.goto(`/imports/new?kind=${kind}`);
  await page.locator('input[type=file]').setInputFiles(file(name));
  await page.getByRole('button', { name: 'Look at it first' }).click();
  await page.waitForURL(/\/imports\/\d+$/);
  assert.match(await page.locator('.counts li').first().textContent(), /^\d+new$/);
  await page.locator('#confirm button').click();
  await page.waitForURL(/\/imports\/\d+\/done$/);
}

test('with scripts: from spreadsheets to collectives on paper', { timeout: 600000 }, async () => {
  const page = await visit(networks.scripts);
  for (const [kind, name] of [['places', 'places.csv'], ['people', 'roster.csv'], ['ties', 'ties.csv'], ['statements', 'statements.csv']]) await bringIn(page, kind, name);

  // Themes: a job with progress leads to the board by itself.
  await page.goto('/themes');
  await page.locator('#number').fill('12');
  await landed(page, /^\/themes$/, () => page.getByRole('button', { name: 'Find themes' }).click());
  assert.equal(await page.locator('[data-lane]').count(), 14, 'twelve themes, a new one, none fits');

  // A statement is dragged to another theme; Undo in the flash brings it back.
  const first = page.locator('[data-lane]').first();
  const item = await first.locator('[data-item]').first().getAttribute('data-item');
  const lane = await page.locator('[data-lane]').nth(1).getAttribute('data-lane');
  const home = await first.getAttribute('data-lane');
  await page.locator(`[data-item="${item}"] .grip`).dragTo(page.locator(`[data-lane="${lane}"] [data-item]`).first());
  await page.locator('#flash .flash').waitFor();
  const themeOf = async (id) => { for (const one of (await json(page, '/themes')).themes) if ((await json(page, one.url)).theme.statements.some((s) => String(s.id) === id)) return String(one.id); return null; };
  assert.equal(await themeOf(item), lane);
  await page.locator('#flash').getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction((id) => document.querySelector('#flash')?.textContent && document.querySelector(`[data-item="${id}"]`), item);
  assert.equal(await themeOf(item), home);

  // The same by keyboard alone, through the Move menu.
  await page.goto('/themes');
  await page.locator(`#move-${item}`).focus();
  await page.keyboard.press('Enter');
  const radios = page.locator('#sheet input[type=radio]');
  await radios.first().waitFor();
  await page.locator('#sheet input[type=radio][value="none"]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.locator('#flash .flash').waitFor();
  assert.equal(await page.locator('#sheet').getAttribute('open'), null, 'the dialog closes');
  assert.equal((await json(page, '/themes/none')).statements.length, 1);

  await page.goto('/themes/unsure');
  const unsure = await page.locator('#board form button').count();
  if (unsure > 0) {
    await page.locator('#board form button').first().click();
    await page.locator('#flash .flash').waitFor();
  }
  await page.goto('/themes');
  await page.getByRole('button', { name: 'Confirm these themes' }).click();
  await page.locator('#flash .flash').waitFor();
  assert.ok((await json(page, '/themes')).themes.every((one) => one.is_confirmed));

  // Collectives: proposed as a job; a person is dragged and the fit changes at once.
  await page.goto('/collectives');
  await landed(page, /^\/collectives$/, () => page.getByRole('button', { name: 'Propose collectives' }).click());
  const board = await json(page, '/collectives');
  // Two that stand side by side, on a screen that is tall enough to see both whole.
  const at = board.collectives.findIndex((g, i, all) => i % 3 < 2 && g.people_count > 4 && all[i + 1]?.people_count < 10);
  const [one, two] = board.collectives.slice(at);
  await page.setViewportSize({ width: 1280, height: 2400 });
  const person = one.people.at(-1).id;
  const fits = () => page.locator('.fit').allTextContents();
  const was = await fits();
  await page.locator(`[data-item="${person}"] .grip`).scrollIntoViewIfNeeded();
  await page.locator(`[data-item="${person}"] .grip`).dragTo(page.locator(`[data-lane="${two.id}"] [data-item]`).first());
  await page.locator('#flash .flash').waitFor();
  assert.equal(await page.locator(`[data-lane="${two.id}"] [data-item="${person}"]`).count(), 1);
  assert.notDeepEqual(await fits(), was, 'the fit shows at once');
  await page.setViewportSize(help.sizes.wide);

  // A locked group stays while the others are proposed again.
  await page.locator(`#lock-${two.id}`).click();
  await page.locator(`#lock-${two.id}`, { hasText: 'Unlock' }).waitFor();
  await page.getByRole('link', { name: 'Suggest again' }).click();
  await landed(page, /^\/collectives$/, () => page.locator('#suggest').getByRole('button', { name: 'Suggest again' }).click());
  const again = await json(page, '/collectives');
  const kept = again.collectives.find((g) => g.id === two.id);
  assert.ok(kept.is_locked && kept.people.some((p) => p.id === person));

  // An eleventh person: the refusal says what else there is, a written reason is kept.
  const open = again.collectives.filter((g) => !g.is_locked);
  const full = open[0];
  const others = open.slice(1).flatMap((g) => g.people);
  let next = 0;
  const move = async (id, to, reason) => {
    await page.goto(`/collectives/move?item=${id}`);
    await page.locator(`input[name=to][value="${to}"]`).check();
    if (reason) await page.locator('#why').fill(reason);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
  };
  for (let count = full.people_count; count < 10; count++) {
    await move(others[next++].id, full.id);
    await page.waitForURL(/\/collectives$/);
  }
  const eleventh = others[next].id;
  await move(eleventh, full.id);
  await page.locator('#why').waitFor();
  assert.match(await page.locator('main').textContent(), /ten/i);
  await page.locator('#why').fill('She began the work there.');
  await page.locator(`input[name=to][value="${full.id}"]`).check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await page.waitForURL(/\/collectives$/);
  assert.equal((await json(page, '/collectives')).collectives.find((g) => g.id === full.id).people_count, 11);
  await page.locator('#flash').getByRole('button', { name: 'Undo' }).click();
  await page.waitForLoadState();
  assert.equal((await json(page, '/collectives')).collectives.find((g) => g.id === full.id).people_count, 10);

  await page.goto(`/collectives/${full.id}/print`);
  assert.equal(await heading(page), full.name);
  assert.equal(await page.locator('tbody tr').count(), 10);
  assert.deepEqual(page.told.filter((line) => !/422/.test(line)), [], 'the console is quiet and nothing left the host');
  await page.context().close();
});

test('without scripts: the same steps with links and forms', { timeout: 600000 }, async () => {
  const net = networks.plain = await network('plain', ['init', '--name', 'Tres Ríos', '--lang', 'en,es']);
  const page = await visit(net, { javaScriptEnabled: false });
  const ask = async (path) => (await page.context().request.get(path, { headers: { accept: 'application/json' } })).json();
  /** Follows a job's page as a person without scripts does: by loading it again. */
  const wait = async () => {
    while (/\/jobs\/\d+$/.test(page.url())) {
      const on = page.getByRole('link', { name: 'See what came of it' });
      if (await on.count()) await on.click();
      else { await new Promise((done) => setTimeout(done, 200)); await page.reload(); }
    }
  };
  for (const [kind, name] of [['places', 'places.csv'], ['people', 'roster.csv'], ['statements', 'statements.csv']]) await bringIn(page, kind, name);
  await page.goto('/themes');
  await page.getByRole('button', { name: 'Find themes' }).click();
  await wait();
  assert.match(page.url(), /\/themes$/);
  const board = await ask('/themes');
  const statement = board.themes[0].statements[0];
  await page.locator(`#move-${statement.id}`).click();
  await page.locator(`input[name=to][value="${board.themes[1].id}"]`).check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  assert.equal(await page.locator('#flash .flash').count(), 1);
  assert.ok((await ask(`/themes/${board.themes[1].id}`)).theme.statements.some((s) => s.id === statement.id));
  await page.locator('#flash').getByRole('button', { name: 'Undo' }).click();
  assert.ok((await ask(`/themes/${board.themes[0].id}`)).theme.statements.some((s) => s.id === statement.id));
  await page.goto('/themes');
  await page.getByRole('button', { name: 'Confirm these themes' }).click();
  await page.goto('/themes');
  await page.locator('#find-n button').click();
  await wait();
  await page.goto('/collectives');
  await page.getByRole('button', { name: 'Propose collectives' }).click();
  await wait();
  const groups = (await ask('/collectives')).collectives;
  const [one, two] = groups.filter((g) => g.people_count > 4 && g.people_count < 10);
  await page.locator(`[data-item="${one.people[0].id}"] a`, { hasText: 'Move' }).click();
  await page.locator(`input[name=to][value="${two.id}"]`).check();
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  assert.ok((await ask('/collectives')).collectives.find((g) => g.id === two.id).people.some((p) => p.id === one.people[0].id));
  await page.goto('/collectives');
  await page.locator(`#lock-${two.id}`).click();
  await page.goto('/collectives');
  await page.getByRole('link', { name: 'Suggest again' }).click();
  assert.match(page.url(), /#suggest-n$/, 'the button leads to a form that can be seen');
  await page.locator('section[aria-labelledby=suggest-n] button').click();
  await wait();
  assert.ok((await ask('/collectives')).collectives.find((g) => g.id === two.id).people.some((p) => p.id === one.people[0].id));
  await page.goto(`/collectives/${two.id}/print`);
  assert.equal(await heading(page), two.name);
  assert.deepEqual(page.told, []);
  await page.context().close();
});

test('by keyboard alone: themes found, a person moved, a step undone', { timeout: 600000 }, async () => {
  const net = networks.keys = await network('keys', ['demo', '--once']);
  const page = await visit(net);
  /** Tab until something with this name has the focus, then press it. */
  const press = async (name, key = 'Enter') => {
    for (let i = 0; i < 900; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || '').trim(); });
      if (typeof name === 'string' ? at === name : name.test(at)) { await page.keyboard.press(key); return at; }
    }
    throw new Error(`no way to ${name} by Tab`);
  };
  await page.goto('/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await page.waitForURL(/\/themes$/);
  await press('Find themes again');
  await page.locator('#find[open]').waitFor();
  await landed(page, /^\/themes(\/previews\/\d+)?$/, () => press('See what would change'));
  await page.waitForLoadState();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL(/\/collectives$/);
  const was = (await json(page, '/collectives')).collectives;
  await press(/^Move \S/);
  await page.locator('#sheet[open] input[type=radio]').first().waitFor();
  // Into the radio group, one down, and send.
  await press(/./, 'Shift');
  for (let i = 0; i < 6 && await page.evaluate(() => document.activeElement.type !== 'radio'); i++) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'radio');
  // Down to the first that has room.
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('ArrowDown');
    if (await page.evaluate(() => /places taken/.test(document.activeElement.closest('label').textContent))) break;
  }
  await page.keyboard.press('Enter');
  await page.locator('#flash .flash:not(.bad)').waitFor();
  const seats = (all) => all.map((g) => [g.id, g.people.map((p) => p.id)]);
  assert.notDeepEqual(seats((await json(page, '/collectives')).collectives), seats(was));
  await page.goto('/collectives');
  await page.goto('/history');
  await press(/^Undo/);
  await page.waitForLoadState();
  await page.waitForFunction(() => document.querySelector('#flash .flash'));
  assert.deepEqual(seats((await json(page, '/collectives')).collectives), seats(was));
  assert.deepEqual(page.told, []);
  await page.context().close();
});

/** Every page of a lively network. */
async function everyPage(page) {
  const group = (await json(page, '/collectives')).collectives[0];
  const theme = (await json(page, '/themes')).themes[0];
  const person = group.people[0].id;
  // Whoever has the longest e-mail: what a narrow page must carry too.
  const long = await page.evaluate(() => fetch('/exports/people.csv').then((r) => r.text()).then((text) => text.match(/[^,\n"]+@[^,\n"]+/g).sort((a, b) => b.length - a.length)[0]));
  const longest = (await json(page, `/people?q=${encodeURIComponent(long)}`)).people?.[0]?.id ?? person;
  return [`/people/${longest}`, '/', '/jobs', '/jobs/1', '/people', `/people/${person}`, '/people/new', `/people/${person}/merge`, '/places', '/imports', '/imports/new', '/exports', '/history',
    '/themes', `/themes/${theme.id}`, '/themes/unsure', '/themes/none', '/themes/aside', '/themes/waiting', '/themes/statements', '/themes/print',
    `/themes/statements/${theme.statements[0].id}/move`, '/collectives', `/collectives/${group.id}`, `/collectives/${group.id}/print`, `/collectives/${group.id}/codes`,
    `/collectives/move?item=${person}`, '/collectives/rules'];
}

test('axe finds nothing on any page, in both sizes and schemes, and nothing sticks out at 320 px', { timeout: 1200000 }, async () => {
  const net = networks.keys ?? (networks.keys = await network('looks', ['demo', '--once']));
  const page = await visit(net);
  await page.goto('/');
  await page.goto('/imports/new?kind=people');
  await page.locator('input[type=file]').setInputFiles(file('roster_es.csv'));
  await page.getByRole('button', { name: 'Look at it first' }).click();
  await page.waitForURL(/\/imports\/\d+$/);
  const preview = new URL(page.url()).pathname;
  const found = [];
  for (const path of [...await everyPage(page), preview]) {
    await page.goto(path);
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const line of await help.axeProblems(page)) found.push(`${path} ${width} ${colorScheme}: ${line}`);
      }
    }
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await help.tooWide(page);
    if (wide > 0) found.push(`${path}: ${wide} px too wide at 320`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await page.context().clearCookies();
  for (const path of ['/sign-in', '/sign-in?why=used']) {
    await page.goto(path);
    for (const line of await help.axeProblems(page)) found.push(`${path}: ${line}`);
  }
  assert.deepEqual(found, []);
  assert.deepEqual(page.told, []);
  await page.context().close();
});

test('pages are light', { timeout: 600000 }, async () => {
  const net = networks.keys ?? (networks.keys = await network('scales', ['demo', '--once']));
  const page = await visit(net);
  await page.goto('/');
  const context = page.context();
  const KB = 1024;
  for (const path of await everyPage(page)) {
    const sums = await help.weight(context, path);
    assert.ok(sums.total <= 60 * KB, `${path}: ${sums.total} bytes`);
    assert.ok(sums.css <= 8 * KB, `${path}: ${sums.css} bytes of CSS`);
    if (path === '/') {
      assert.ok(sums.total <= 35 * KB, `first view: ${sums.total} bytes`);
      assert.ok(sums.js <= 6 * KB, `our script: ${sums.js} bytes`);
    }
  }
  await context.close();
});
