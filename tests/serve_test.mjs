// The pages over HTTP, without a browser: who may, what each step does and takes back, JSON twins, jobs, files, stopping.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { convene, folder, jobOver, root, serve, stores, Visitor } from './house.mjs';

const data = (name) => join(root, 'tests/data', name);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** What is stored of people, statements, themes and collectives, as their exports and the board tell it: one fingerprint. */
async function shelf(v) {
  const parts = await Promise.all(['statements', 'themes', 'collectives', 'people'].map((what) => v.get(`/exports/${what}.csv`)));
  for (const part of parts) assert.equal(part.status, 200);
  const board = (await v.get('/collectives', { json: true })).json().collectives ?? [];
  const seats = board.map((g) => [g.id, g.name, g.state, g.people.map((p) => [p.id, p.is_facilitator]), g.waiting.map((p) => p.id)]);
  return createHash('sha256').update(parts.map((part) => part.text).join('\n') + JSON.stringify(seats)).digest('hex');
}

/** Where a form led to: a page, or the page of the result when it became a job. */
async function landed(v, answer) {
  assert.equal(answer.status, 303, answer.text.slice(0, 2000));
  if (!answer.location.startsWith('/jobs/')) return answer.location;
  const job = await jobOver(v, answer.location);
  assert.equal(job.is_done, true, JSON.stringify(job.problems));
  return job.result.url;
}

/** The newest step that can be undone, as the history page offers it. */
async function undoUrl(v) {
  const history = (await v.get('/history', { json: true })).json();
  const step = history.days.flatMap((day) => day.steps).find((s) => s.undo_url);
  assert.ok(step, 'there is something to undo');
  return step.undo_url;
}

/** One step: it changes what is stored, the page says so with Undo, and Undo brings back what was there. */
async function stepAndBack(v, path, fields, keep = false) {
  const was = await shelf(v);
  const done = await v.post(path, fields);
  assert.equal(done.status, 303, `${path}: ${done.text}`);
  const page = await v.get(done.location);
  assert.equal(page.status, 200);
  assert.match(page.text, /class="flash"/, `${path} says what it did`);
  const now = await shelf(v);
  assert.notEqual(now, was, `${path} changes something`);
  const back = await v.post(await undoUrl(v));
  assert.equal(back.status, 303, `${path}: undo: ${back.text}`);
  assert.equal(await shelf(v), was, `${path}: undo brings everything back`);
  if (!keep) return;
  assert.equal((await v.post(path, fields)).status, 303);
}

for (const store of stores()) {
  describe(`pages on ${store.name}`, () => {
    const ends = [];
    const t = { after: (end) => ends.push(end) };
    let server, v, place;
    before(async () => {
      place = store.make(t);
      assert.equal(convene(['init', '--name', 'Tres Ríos', '--lang', 'en,es', '--data', place]).code, 0);
      server = await serve(t, place, ['--rate-limits', 'no']);
      v = new Visitor(server.address);
    });
    // The server goes first, then its database.
    after(async () => {
      assert.equal(server.died, undefined, `the program ended by itself: ${server.log.slice(-2000)}`);
      for (const end of ends.reverse()) await end();
    });

    test('looking at the owner link uses nothing up; its button works once', async () => {
      for (let i = 0; i < 20; i++) assert.equal((await new Visitor(server.address).get(server.ownerLink)).status, 200);
      const cross = { headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' } };
      assert.equal((await new Visitor(server.address).post(new URL(server.ownerLink).pathname, {}, cross)).status, 403, 'from a page of others');
      await v.signIn(server.ownerLink);
      assert.equal((await v.get('/')).status, 200);
      const late = new Visitor(server.address);
      const page = await late.get(server.ownerLink);
      assert.equal(page.location, '/sign-in?why=used');
      assert.match((await late.get(page.location)).text, /convene owner link/);
      const again = await late.post(new URL(server.ownerLink).pathname);
      assert.equal(again.location, '/sign-in?why=used');
      assert.equal((await late.get('/')).location, '/sign-in');
      assert.equal((await late.get('/owner/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).location, '/sign-in?why=unknown');
    });

    test('without a session every page asks for one', async () => {
      const routes = convene(['routes', '--json']).json();
      assert.ok(routes.length > 60);
      const stranger = new Visitor(server.address);
      await stranger.get('/sign-in');
      for (const route of routes.filter((r) => r.role !== 'anyone')) {
        const path = route.path.replace(/:\w+/g, '1');
        const html = route.method === 'GET' ? await stranger.get(path) : await stranger.post(path);
        assert.equal(html.status, 303, `${route.method} ${path}`);
        assert.equal(html.location, '/sign-in', `${route.method} ${path}`);
        const twin = await stranger.ask(route.method, path, { json: true, body: route.method === 'POST' ? new URLSearchParams({ csrf: stranger.csrf }) : undefined });
        assert.equal(twin.status, 401);
        assert.match(twin.headers.get('content-type'), /^application\/json/);
        assert.ok(twin.json().sentence && twin.json().remedy);
      }
    });

    test('a form without the page’s token is refused and changes nothing', async () => {
      const was = await shelf(v);
      for (const csrf of ['', 'x', v.csrf.slice(0, -1) + (v.csrf.endsWith('0') ? '1' : '0')]) {
        for (const path of ['/people', '/themes/find', '/collectives/form', '/sign-out']) {
          const answer = await v.post(path, { csrf, name: 'Nobody Asked' });
          assert.equal(answer.status, 403, `${path} with "${csrf}"`);
        }
      }
      const cross = await v.post('/people', { name: 'Nobody Asked' }, { headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' } });
      assert.ok(cross.status === 403 || cross.status === 400, String(cross.status));
      assert.equal(await shelf(v), was);
      assert.equal((await v.get('/')).status, 200, 'still signed in');
    });

    test('alive and ready, with no session', async () => {
      const anyone = new Visitor(server.address);
      assert.equal((await anyone.get('/healthz')).json().status, 'pass');
      assert.equal((await anyone.get('/readyz')).json().database, store.name);
      const lost = await anyone.get('/no-such-page');
      assert.equal(lost.status, 404);
    });

    // PostgreSQL takes writers side by side; only a file can be held by one.
    if (store.name === 'sqlite') test('while another program writes for long it is not ready, and lives', async () => {
      const anyone = new Visitor(server.address);
      const hold = 'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nc.execute("BEGIN IMMEDIATE")\nprint("held",flush=True)\nsys.stdin.read()';
      const other = spawn('python3', ['-c', hold, place]);
      await new Promise((held) => other.stdout.once('data', held));
      assert.equal((await anyone.get('/readyz')).status, 503);
      other.stdin.end();
      await new Promise((over) => other.once('exit', over));
      assert.equal((await anyone.get('/readyz')).status, 200);
    });

    test('a roster is looked at, read another way, stored, and taken back', async () => {
      for (const [kind, file] of [['places', 'places.csv'], ['people', 'roster.csv'], ['ties', 'ties.csv'], ['statements', 'statements.csv']]) {
        const sent = await v.upload('/imports', { kind }, { name: file, bytes: readFileSync(data(file)) });
        const look = await landed(v, sent);
        const before_ = await shelf(v);
        const preview = (await v.get(look, { json: true })).json();
        assert.ok(preview.counts.new > 20, `${kind}: ${JSON.stringify(preview.counts)}`);
        if (kind === 'people') {
          const fields = { on_match: 'skip' };
          for (const column of preview.columns) fields[`map[${column.index}]`] = column.field === 'email' ? '' : column.field ?? '';
          const read = await v.post(`${look}/map`, fields);
          assert.equal(read.status, 303, read.text);
          const other = (await v.get(look, { json: true })).json();
          assert.equal(other.columns.find((c) => c.heading === preview.columns.find((x) => x.field === 'email').heading).field, null);
          for (const column of preview.columns) fields[`map[${column.index}]`] = column.field ?? '';
          assert.equal((await v.post(`${look}/map`, fields)).status, 303);
        }
        assert.equal(await shelf(v), before_, 'nothing is stored by looking');
        await v.get(look);
        const stored = await v.post(`${look}/confirm`);
        const done = (await v.get(await landed(v, stored), { json: true })).json();
        assert.equal(done.counts.new, preview.counts.new);
        if (kind === 'people') {
          const now = await shelf(v);
          assert.notEqual(now, before_);
          const undone = await v.post(`${look}/undo`);
          await landed(v, undone);
          assert.equal(await shelf(v), before_, 'the import is gone');
          const twice = await v.upload('/imports', { kind }, { name: file, bytes: readFileSync(data(file)) });
          await landed(v, await v.post(`${await landed(v, twice)}/confirm`));
          assert.equal(await shelf(v), now, 'the same file gives the same people');
        }
        await v.get('/');
      }
    });

    test('a file of another kind gets a page with a remedy', async () => {
      for (const [name, bytes] of [['empty.csv', ''], ['photo.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')], ['head.csv', 'name,email\n']]) {
        let answer = await v.upload('/imports', { kind: 'people' }, { name, bytes });
        if (answer.status === 303) {
          const look = (await v.get(answer.location, { json: true })).json();
          assert.equal(look.can_confirm, false, name);
          assert.ok(look.problems.length > 0 && look.problems.every((p) => p.sentence && p.remedy), `${name}: ${JSON.stringify(look.problems)}`);
          answer = { ...(await v.get(answer.location)), status: 422 };
        }
        assert.ok(answer.status === 422 || answer.status === 400, `${name}: ${answer.status}`);
        assert.match(answer.text, /class="[^"]*problems|aria-labelledby="problems-h"/, name);
      }
    });

    test('themes are found as a job that tells its progress', async () => {
      const started = await v.post('/themes/find', { number: '12' });
      assert.equal(started.status, 303, started.text);
      assert.match(started.location, /^\/jobs\/\d+$/);
      const cookie = [...v.cookies].map(([k, x]) => `${k}=${x}`).join('; ');
      const events = await fetch(`${server.address}${started.location}/events`, { headers: { cookie } });
      assert.match(events.headers.get('content-type'), /^text\/event-stream/);
      let told = '';
      const reader = events.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (value) told += Buffer.from(value).toString();
        if (done || told.includes('"is_over":true')) break;
      }
      await reader.cancel();
      const last = JSON.parse(told.trim().split('\n').filter((l) => l.startsWith('data:')).at(-1).slice(5));
      assert.equal(last.is_over, true);
      const job = await jobOver(v, started.location);
      assert.equal(job.is_done, true, JSON.stringify(job));
      const board = (await v.get('/themes', { json: true })).json();
      assert.equal(board.themes.length, 12);
    });

    test('every correction of a theme is taken back', async () => {
      const board = (await v.get('/themes', { json: true })).json();
      await v.get('/themes');
      const [one, two, three] = board.themes;
      const statement = one.statements[0].id;
      await stepAndBack(v, `/themes/${one.id}/rename`, { name: 'Attendance, day by day' }, true);
      await stepAndBack(v, '/themes/move', { item: statement, to: two.id }, true);
      const moved = (await v.get('/exports/statements.json')).text;
      await stepAndBack(v, '/themes/move', { item: one.statements[1].id, to: 'none' });
      await stepAndBack(v, '/themes/move', { item: one.statements[1].id, to: 'new' });
      await stepAndBack(v, `/themes/${three.id}/merge`, { into: two.id });
      await stepAndBack(v, `/themes/${two.id}/split`, {});
      await stepAndBack(v, `/themes/${two.id}/confirm`, {});
      await stepAndBack(v, '/themes/confirm', {});
      await stepAndBack(v, '/themes/new', { name: 'Something nobody named' });
      assert.equal((await v.get('/exports/statements.json')).text, moved);
      const pinned = await v.post(`/themes/statements/${one.statements[2].id}/pin`);
      assert.equal(pinned.status, 303);
      const shown = (await v.get(`/themes/${one.id}`, { json: true })).json();
      assert.ok(shown.theme.statements.find((s) => s.id === one.statements[2].id).is_pinned);
      assert.equal((await v.post(await undoUrl(v))).status, 303);
      const bad = await v.post(`/themes/${one.id}/rename`, { name: '   ' });
      assert.equal(bad.status, 422);
      assert.equal((await v.post('/themes/move', { item: 99999999, to: two.id })).status, 404);
    });

    test('a new search shows what would change before it does, and keeps what was done by hand', async () => {
      const board = (await v.get('/themes', { json: true })).json();
      const named = board.themes.find((theme) => theme.name === 'Attendance, day by day');
      const was = await shelf(v);
      const started = await v.post('/themes/find', { count: 'more' });
      const job = await jobOver(v, started.location);
      assert.equal(job.is_done, true, JSON.stringify(job.problems));
      assert.match(job.result.url, /^\/themes\/previews\/\d+$/);
      assert.equal(await shelf(v), was, 'nothing changed yet');
      const difference = (await v.get(job.result.url, { json: true })).json();
      assert.ok(difference.changes.length > 0);
      await v.get(job.result.url);
      const taken = await v.post(`${job.result.url}/accept`);
      assert.equal(taken.status, 303, taken.text);
      if (taken.location.startsWith('/jobs/')) await jobOver(v, taken.location);
      const now = (await v.get('/themes', { json: true })).json();
      assert.ok(now.themes.some((theme) => theme.id === named.id && theme.name === named.name), 'the name given by hand stays');
      assert.equal((await v.post(await undoUrl(v))).status, 303);
      assert.equal(await shelf(v), was);
      const other = await jobOver(v, (await v.post('/themes/find', { count: 'fewer' })).location);
      if (other.result.url.includes('previews')) assert.equal((await v.post(`${other.result.url}/discard`)).status, 303);
      assert.equal(await shelf(v), was);
    });

    test('wrong numbers of themes are refused with a remedy', async () => {
      for (const number of ['0', '-3', '401', '12x', '9999999999999999999999']) {
        const answer = await v.post('/themes/find', { number });
        assert.equal(answer.status, 422, number);
        assert.match(answer.text, /number from 1/);
      }
    });

    test('collectives are proposed, and each step on them is taken back', async () => {
      const job = await jobOver(v, (await v.post('/collectives/form', { min: '4', max: '10' })).location);
      assert.equal(job.is_done, true, JSON.stringify(job.problems));
      const board = (await v.get('/collectives', { json: true })).json();
      for (const group of board.collectives) assert.ok(group.people_count >= 4 && group.people_count <= 10);
      const [one, two] = board.collectives;
      const person = one.people.at(-1).id;
      const own = (await v.get(`/people/${person}`, { json: true })).json().person;
      assert.deepEqual(own.collectives.map((c) => c.name), [one.name], 'a person’s page names their table');
      const shown = await v.get(`/collectives/${one.id}`);
      assert.match(shown.text, /name="person"/, 'who facilitates can be chosen');
      assert.match(shown.text, /action="\/history\/\d+\/undo"/, 'the last step can be taken back here');
      await stepAndBack(v, '/collectives/move', { item: person, to: two.id });
      await stepAndBack(v, '/collectives/move', { item: person, to: 'none' });
      await stepAndBack(v, `/collectives/${one.id}/rename`, { name: 'Before the tenth absence' }, true);
      const other = one.people.find((p) => !p.is_facilitator).id;
      await stepAndBack(v, `/collectives/${one.id}/facilitator`, { person: other });
      await stepAndBack(v, `/collectives/${one.id}/invite`, {}, true);
      const codes = (await v.get(`/collectives/${one.id}/codes`, { json: true })).json();
      assert.equal(codes.codes.length, one.people_count);
      assert.equal(new Set(codes.codes.map((c) => c.code)).size, one.people_count, 'a code each');
      await stepAndBack(v, `/collectives/${one.id}/state`, { to: 'forming' });
      const nowhere = await v.post(`/collectives/${one.id}/state`, { to: 'asleep' });
      assert.equal(nowhere.status, 422);
      for (const [path, type] of [['print', /html/], ['codes', /html/], ['pdf', /pdf/]]) {
        const page = await v.get(`/collectives/${one.id}/${path}`);
        assert.equal(page.status, 200);
        assert.match(page.headers.get('content-type'), type);
      }
    });

    test('a locked group stays while the rest is proposed again', async () => {
      const group = (await v.get('/collectives', { json: true })).json().collectives.find((g) => g.state === 'proposed');
      await v.get('/collectives');
      assert.equal((await v.post(`/collectives/${group.id}/lock`)).status, 303);
      const person = group.people.at(-1).id;
      const elsewhere = (await v.get('/collectives', { json: true })).json().collectives.find((g) => g.id !== group.id && g.people_count < 10);
      const refused = await v.post('/collectives/move', { item: person, to: elsewhere.id });
      assert.equal(refused.status, 422, 'nobody leaves a locked group');
      const job = await jobOver(v, (await v.post('/collectives/form', { min: '4', max: '9' })).location);
      assert.equal(job.is_done, true, JSON.stringify(job.problems));
      const now = (await v.get('/collectives', { json: true })).json().collectives.find((g) => g.id === group.id);
      assert.deepEqual(now.people.map((p) => p.id), group.people.map((p) => p.id));
      await v.get('/collectives');
      assert.equal((await v.post(`/collectives/${group.id}/unlock`)).status, 303);
    });

    test('an eleventh person needs a written reason, or another place', async () => {
      let board = (await v.get('/collectives', { json: true })).json();
      const full = board.collectives.filter((g) => g.state === 'proposed' && !g.is_locked)[0];
      const others = board.collectives.filter((g) => g.id !== full.id && !g.is_locked).flatMap((g) => g.people);
      let at = 0;
      for (let count = full.people_count; count < 10; count++) assert.equal((await v.post('/collectives/move', { item: others[at++].id, to: full.id })).status, 303);
      const eleventh = others[at].id;
      const refused = await v.post('/collectives/move', { item: eleventh, to: full.id });
      assert.equal(refused.status, 422);
      assert.match(refused.text, /name="reason"/, 'the reason is asked for');
      board = (await v.get('/collectives', { json: true })).json();
      assert.equal(board.collectives.find((g) => g.id === full.id).people_count, 10);
      await stepAndBack(v, '/collectives/move', { item: eleventh, to: `wait:${full.id}` });
      await stepAndBack(v, '/collectives/move', { item: eleventh, to: `new:${full.id}` });
      await stepAndBack(v, '/collectives/move', { item: eleventh, to: full.id, reason: 'She began the work there.' }, true);
      assert.equal((await v.get('/collectives', { json: true })).json().collectives.find((g) => g.id === full.id).people_count, 11);
      const shown = await v.get(`/collectives/${full.id}`);
      assert.match(shown.text, /She began the work there/);
    });

    test('rules are kept, and wrong ones are refused with what was typed', async () => {
      const now = (await v.get('/collectives/rules', { json: true })).json().rules;
      await v.get('/collectives/rules');
      assert.equal((await v.post('/collectives/rules', { ...now, roles: 2 })).status, 303);
      assert.equal((await v.get('/collectives/rules', { json: true })).json().rules.roles, 2);
      for (const wrong of [{ size_min: 9, size_max: 4 }, { size_max: 40 }, { theme_weight: 'much' }, { mix_weight: 'nan' }, { roles: -1 }]) {
        const answer = await v.post('/collectives/rules', { ...now, ...wrong });
        assert.equal(answer.status, 422, JSON.stringify(wrong));
      }
      assert.equal((await v.get('/collectives/rules', { json: true })).json().rules.size_max, now.size_max);
    });

    test('each page and its JSON are one document', async () => {
      const decode = (text) => text.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(n)).replace(/&#x([0-9a-f]+);/gi, (_, n) => String.fromCodePoint(parseInt(n, 16)))
        .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
      const group = (await v.get('/collectives', { json: true })).json().collectives[0];
      const theme = (await v.get('/themes', { json: true })).json().themes[0];
      for (const path of ['/', '/jobs', '/people', `/people/${group.people[0].id}`, '/people/new', '/places', '/imports', '/imports/new', '/exports', '/history', '/themes',
        `/themes/${theme.id}`, '/themes/unsure', '/themes/none', '/themes/statements', '/themes/print', `/themes/statements/${theme.statements[0].id}/move`,
        '/collectives', `/collectives/${group.id}`, `/collectives/${group.id}/print`, `/collectives/move?item=${group.people[0].id}`]) {
        const page = await v.get(path);
        const twin = await v.get(path, { json: true });
        assert.equal(page.status, 200, path);
        assert.equal(twin.status, 200, path);
        assert.match(page.headers.get('content-security-policy'), /default-src 'self'|default-src 'none'/);
        assert.doesNotMatch(page.headers.get('content-security-policy'), /unsafe/);
        const text = decode(page.text);
        for (const word of [twin.json().page.title, twin.json().page.lede].filter(Boolean)) assert.ok(text.includes(word), `${path}: ${word}`);
        assert.match(page.headers.get('x-request-id'), /^\w+$/);
        assert.ok(page.text.includes(page.headers.get('x-request-id')), `${path} shows its request's name`);
      }
    });

    test('what is exported comes back in as the same', async () => {
      for (const what of ['places', 'people', 'ties', 'statements']) {
        for (const ending of ['.csv', '.xlsx', '.json', '-excel.csv']) {
          const listed = (await v.get('/exports')).text.match(new RegExp(`/exports/${what}[^"]*`, 'g'));
          const url = listed.find((u) => u.endsWith(ending)) ?? listed.find((u) => u.includes('excel') && ending.includes('excel'));
          assert.ok(url, `${what}${ending} among ${listed}`);
          const cookie = [...v.cookies].map(([k, x]) => `${k}=${x}`).join('; ');
          const bytes = Buffer.from(await (await fetch(server.address + url, { headers: { cookie } })).arrayBuffer());
          await v.get('/imports/new');
          const sent = await v.upload('/imports', { kind: what }, { name: url.slice(9), bytes });
          const counts = (await v.get(await landed(v, sent), { json: true })).json().counts;
          assert.equal(counts.new + counts.changed + counts.refused, 0, `${url}: ${JSON.stringify(counts)}`);
          assert.ok(counts.same > 0);
        }
      }
    });

    test('logs hold no word of any person', async () => {
      const people = (await v.get('/exports/people.json')).json();
      const rows = Array.isArray(people) ? people : people.people ?? people.rows ?? Object.values(people).find(Array.isArray);
      const names = rows.map((p) => p.name).filter((name) => name && name.length > 4);
      assert.ok(names.length > 200);
      assert.match(server.log, /request/, 'requests are logged');
      for (const word of [...names, ...rows.map((p) => p.email).filter(Boolean), 'Before the tenth absence', 'She began the work']) assert.ok(!server.log.includes(word), `the log names ${word}`);
      const said = readFileSync(data('statements.csv'), 'utf8').split('\n').slice(1, 40).map((l) => l.slice(10, 50)).filter((l) => l.length > 20);
      for (const text of said) assert.ok(!server.log.includes(text), text);
      assert.ok(!server.log.includes(new URL(server.ownerLink).pathname.split('/').at(-1)), 'nor the owner’s token');
    });

    test('ten answered posts survive ten kills', async () => {
      const person = (await v.get('/people', { json: true })).json();
      assert.ok(person);
      for (let round = 0; round < 10; round++) {
        const victim = await serve(t, place, ['--rate-limits', 'no']);
        const again = new Visitor(victim.address);
        again.cookies = new Map(v.cookies);
        await again.get('/people/new');
        const done = await again.post('/people', { name: `Kept After Kill ${round}`, email: `kept${round}@example.org` });
        assert.equal(done.status, 303, done.text);
        await victim.stop('SIGKILL');
        const people = (await v.get('/exports/people.csv')).text;
        assert.ok(people.includes(`kept${round}@example.org`), 'an answered post is kept');
      }
      if (store.name === 'sqlite') assert.equal(spawnSync('sqlite3', [place, 'PRAGMA integrity_check'], { encoding: 'utf8' }).stdout.trim(), 'ok');
    });

    test('stopping lets answers out, ends event streams, and loses no answered post', async () => {
      const victim = await serve(t, place, ['--rate-limits', 'no']);
      const visitors = await Promise.all(Array.from({ length: 6 }, async () => {
        const one = new Visitor(victim.address);
        one.cookies = new Map(v.cookies);
        await one.get('/people/new');
        return one;
      }));
      const job = (await v.get('/jobs', { json: true })).json().jobs[0];
      const stream = new Promise((done) => http.get(`${victim.address}/jobs/${job.id}/events`, { headers: { cookie: [...v.cookies].map(([k, x]) => `${k}=${x}`).join('; ') } }, (answer) => {
        answer.resume();
        answer.on('close', done);
        answer.on('error', done);
      }));
      const answered = [];
      let stopping = false;
      const load = visitors.map(async (one, i) => {
        for (let n = 0; n < 500 && !stopping; n++) {
          const email = `load${i}.${n}@example.org`;
          try {
            const done = await one.post('/people', { name: `Load Person ${i} ${n}`, email });
            if (done.status === 303) answered.push(email);
            else if (done.status !== 503) assert.fail(`${done.status}: ${done.text}`);
          } catch (wrong) {
            if (wrong instanceof assert.AssertionError) throw wrong;
            return;
          }
        }
      });
      while (answered.length < 20) await pause(20);
      const code = await victim.stop('SIGTERM');
      stopping = true;
      await Promise.all(load);
      await stream;
      assert.equal(code, 0, victim.log.slice(-2000));
      const people = (await v.get('/exports/people.csv')).text;
      for (const email of answered) assert.ok(people.includes(email), `${email} was answered`);
    });

    test('signing out ends the session', async () => {
      await v.get('/');
      const cookies = new Map(v.cookies);
      assert.equal((await v.post('/sign-out')).status, 303);
      const thief = new Visitor(server.address);
      thief.cookies = cookies;
      assert.equal((await thief.get('/', { json: true })).status, 401, 'the old cookie is worth nothing');
    });
  });
}
