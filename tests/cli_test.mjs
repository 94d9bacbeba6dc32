// The command line from outside: the main job, exit codes, and what bad input gets. On SQLite and PostgreSQL.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import net from 'node:net';
import { test } from 'node:test';
import { convene, folder, root, serve, stores } from './house.mjs';

/** An answer to wrong input: exit code, a sentence with a remedy, no crash. */
function refused(done, code, ...words) {
  assert.equal(done.signal, null, `died: ${done.err}`);
  assert.equal(done.code, code, done.err + done.out);
  for (const word of words) assert.match(done.err, word);
  assert.match(done.err, /^convene: .+/m);
}

for (const store of stores()) {
  test(`${store.name}: roster and statements become collectives`, (t) => {
    const data = store.make(t);
    const on = (...args) => convene([...args, '--data', data]);
    assert.equal(on('init', '--name', 'Tres Ríos', '--lang', 'en,es').code, 0);
    for (const kind of ['places', 'people', 'statements', 'ties']) {
      const file = join(root, 'tests/data', kind === 'people' ? 'roster.csv' : `${kind}.csv`);
      const dry = on('import', kind, file, '--dry-run', '--json');
      assert.equal(dry.code, 0, dry.err + dry.out);
      assert.ok(dry.json().counts.new > 0);
      const done = on('import', kind, file, '--json');
      assert.equal(done.code, 0, done.err + done.out);
      assert.deepEqual(done.json().counts, dry.json().counts);
      const again = on('import', kind, file, '--dry-run', '--json').json();
      assert.equal(again.counts.new, 0, `${kind} come in again as the same`);
      assert.equal(again.counts.changed, 0);
    }
    assert.equal(on('themes', 'find', '--count', '8').code, 0);
    const themes = on('themes', 'list', '--json').json();
    assert.equal(themes.themes.length, 8);
    const formed = on('collectives', 'form', '--seed', '7', '--json');
    assert.equal(formed.code, 0, formed.err);
    const groups = formed.json().collectives;
    assert.ok(groups.length >= 10);
    for (const group of groups) assert.ok(group.people_count >= 4 && group.people_count <= 10, group.name);
    const again = on('collectives', 'form', '--seed', '7', '--json').json();
    const people = (all) => all.map((g) => g.people.map((p) => p.name));
    assert.deepEqual(people(again.collectives), people(groups), 'a seed repeats a proposal');
    assert.ok(formed.json().gap.pct >= 0 && formed.json().gap.bound >= formed.json().gap.objective);
  });
}

test('a verb explains itself, and a wrong one names the nearest', () => {
  const help = convene(['help']);
  assert.equal(help.code, 0);
  const verbs = [...help.out.matchAll(/^ {2}([a-z]+(?: [a-z]+)*) {2,}/gm)].map((m) => m[1]);
  for (const verb of ['init', 'demo', 'serve', 'import', 'import undo', 'themes find', 'collectives form', 'export', 'backup', 'backup verify',
    'restore', 'owner link', 'routes', 'schema', 'explain', 'render']) assert.ok(verbs.includes(verb), verb);
  for (const verb of verbs) {
    const one = convene([...verb.split(' '), '--help']);
    assert.equal(one.code, 0, verb);
    assert.match(one.out, new RegExp(`^usage: convene ${verb}`));
  }
  const some = convene(['themes', '--help']);
  assert.match(some.out, /^ {2}themes find/m);
  assert.doesNotMatch(some.out, /^ {2}import/m);
  refused(convene(['colectives', 'form']), 2, /collectives form/);
  refused(convene(['themes', 'find', '--cuont', '8']), 2, /--count/);
  refused(convene(['serve'], { env: { CONVENE_LISTN: ':1' } }), 2, /did you mean CONVENE_LISTEN\?/);
});

test('the manual page is well formed', () => {
  const man = convene(['man']);
  assert.equal(man.code, 0);
  assert.match(man.out, /^\.TH CONVENE 1/);
  assert.match(man.out, /\.SH EXIT STATUS/);
});

test('files that are no roster get a sentence and store nothing', (t) => {
  const here = folder(t);
  const data = join(here, 'net.db');
  const file = (name, bytes) => { const path = join(here, name); writeFileSync(path, bytes); return path; };
  assert.equal(convene(['init', '--data', data]).code, 0);
  const people = (path, ...more) => convene(['import', 'people', path, ...more, '--data', data]);
  refused(people(file('empty.csv', '')), 2, /empty/i);
  refused(people(file('picture.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))), 2);
  refused(people(file('header.csv', 'name,email\n')), 2);
  refused(people(join(here, 'missing.csv')), 2, /missing\.csv/);
  refused(people(file('old.xls', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]))), 2, /xlsx|CSV/);
  const twice = people(file('twice.csv', 'name,email\nAna Ruiz,ana@example.org\nBo Li,ana@example.org\n'));
  assert.match(twice.err + twice.out, /2|3/);
  refused(people(file('a.csv', 'name,email\nAna Ruiz,ana@example.org\n'), '--map', 'Nme=name'), 2, /Nme/);
  refused(people(file('b.csv', 'name,email\nAna Ruiz,ana@example.org\n'), '--on-match', 'maybe'), 2, /skip|update|keep/);
  refused(convene(['themes', 'find', '--data', data]), 2, /statement/i);
  refused(convene(['themes', 'find', '--count', '0', '--data', data]), 2, /number from 1/);
  refused(convene(['collectives', 'form', '--data', data]), 2, /theme/i);
  refused(convene(['import', 'undo', '99', '--data', data]), 2);
});

test('sensitive columns are refused with the place where such things belong', (t) => {
  const data = join(folder(t), 'net.db');
  const path = join(folder(t), 'roster.csv');
  writeFileSync(path, 'nombre,correo,etnicidad,home language\nAna Ruiz,ana@example.org,Latina,Spanish\n');
  assert.equal(convene(['init', '--data', data]).code, 0);
  const dry = convene(['import', 'people', path, '--dry-run', '--json', '--data', data]);
  const columns = dry.json().columns;
  assert.equal(columns.find((c) => c.heading === 'etnicidad').is_sensitive, true);
  assert.equal(columns.find((c) => c.heading === 'home language').is_sensitive, true);
  assert.equal(convene(['import', 'people', path, '--data', data]).code, 0);
  const out = join(folder(t), 'all.cvn');
  assert.equal(convene(['backup', out, '--data', data]).code, 0);
  assert.equal(readFileSync(out).includes('Latina'), false, 'nothing of the column was kept');
});

test('places that are no database', (t) => {
  const here = folder(t);
  const other = join(here, 'other.db');
  writeFileSync(other, 'This is a shopping list, not a database, and it is long enough to be read as one page of it.\n'.repeat(50));
  refused(convene(['themes', 'list', '--data', other]), 2);
  assert.match(readFileSync(other, 'utf8'), /shopping list/);
  refused(convene(['themes', 'list', '--data', join(here, 'nothing.db')]), 2, /init/);
  refused(convene(['themes', 'list', '--data', here]), 2);
  refused(convene(['themes', 'list', '--data', 'postgres://nobody@127.0.0.1:1/none']), 1);
});

test('a port in use', async (t) => {
  const data = join(folder(t), 'net.db');
  const busy = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => busy.once('listening', done));
  t.after(() => busy.close());
  refused(convene(['serve', '--data', data, '--listen', `127.0.0.1:${busy.address().port}`]), 1, /listens there already.* choose another port/s);
});

test('a backup is whole, a flipped byte is found, and it restores', (t) => {
  const here = folder(t);
  const data = join(here, 'net.db');
  const copy = join(here, 'copy.cvn');
  assert.equal(convene(['init', '--name', 'Ríos', '--data', data]).code, 0);
  assert.equal(convene(['import', 'people', join(root, 'tests/data/roster.csv'), '--data', data]).code, 0);
  assert.equal(convene(['backup', copy, '--data', data]).code, 0);
  refused(convene(['backup', copy, '--data', data]), 2);
  const into = join(here, 'again.db');
  assert.equal(convene(['restore', copy, '--data', into]).code, 0);
  const table = (db) => { const path = join(here, `${Math.random()}.csv`); assert.equal(convene(['export', 'people', '--to', path, '--data', db]).code, 0); return readFileSync(path, 'utf8'); };
  assert.equal(table(into), table(data));
  refused(convene(['restore', copy, '--data', into]), 2);
  const bytes = readFileSync(copy);
  for (const at of [100, bytes.length >> 1, bytes.length - 40]) {
    const bad = Buffer.from(bytes);
    bad[at] ^= 1;
    const path = join(here, `bad${at}.cvn`);
    writeFileSync(path, bad);
    refused(convene(['backup', 'verify', path]), 2);
  }
});

test('the routes are those of the golden file', () => {
  const golden = join(root, 'tests/golden/routes.txt');
  const now = convene(['routes']).out;
  if (process.env.CONVENE_TEST_ACCEPT) { mkdirSync(join(root, 'tests/golden'), { recursive: true }); writeFileSync(golden, now); }
  assert.equal(now, readFileSync(golden, 'utf8'));
});
