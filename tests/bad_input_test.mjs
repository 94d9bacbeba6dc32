// What bad input gets: a clear sentence with a remedy, the right exit code, nothing half stored, no crash. Line by line as it was
// promised. Disks that are full or cannot be written are real ones (small tmpfs) where this machine lets us mount them.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { binary, convene, folder, jobOver, root, serve, stores, Visitor } from './house.mjs';

/** A refusal: the code, a sentence with a remedy after it, no signal, and the words. */
function refused(done, codes, ...words) {
  assert.equal(done.signal, null, `died of ${done.signal}: ${done.err}`);
  assert.ok([codes].flat().includes(done.code), `${done.code}: ${done.err}${done.out}`);
  assert.match(done.err, /^convene: .+[;.] .+/m, 'a sentence and a remedy');
  for (const word of words) assert.match(done.err, word);
}

/** How many people and statements are stored. */
function stored(here, data) {
  const count = (what) => {
    const path = join(here, `count-${what}-${Math.random()}.json`);
    assert.equal(convene(['export', what, '--to', path, '--data', data]).code, 0);
    const document = JSON.parse(readFileSync(path, 'utf8'));
    rmSync(path);
    return (Array.isArray(document) ? document : Object.values(document).find(Array.isArray)).length;
  };
  return { people: count('people'), statements: count('statements') };
}

/** A network with its folder; `file` writes one beside it. */
function home(t, make) {
  const here = folder(t);
  const data = make ? make(t) : join(here, 'net.db');
  assert.equal(convene(['init', '--data', data]).code, 0);
  const file = (name, bytes) => { const path = join(here, name); writeFileSync(path, bytes); return path; };
  const on = (...args) => convene([...args, '--data', data], { timeout: 400000 });
  return { here, data, file, on };
}

const person = (i, more = '') => `Person Number ${i},p${i}@example.org${more}\n`;
const roster = (count, columns = 'name,email,role,place', more = (i) => `,Role ${i % 4},District ${i % 5}`) =>
  `${columns}\n${Array.from({ length: count }, (_, i) => person(i, more(i))).join('')}`;
const words = ['attendance falls when the harvest begins', 'reading in two languages at home', 'families who were never asked', 'a counselor for four hundred children',
  'algebra without tracking', 'new teachers leave after a year', 'buses that come too late', 'grades that say what was learned'];
const voices = (count) => `name,statement\n${Array.from({ length: count }, (_, i) => `Person Number ${i},"We need ${words[i % words.length]}, said in way ${i}."\n`).join('')}`;

for (const store of stores()) {
  test(`${store.name}: files that hold nothing or something else`, (t) => {
    const { here, data, file, on } = home(t, store.make);
    for (const kind of ['people', 'places', 'statements', 'ties']) {
      refused(on('import', kind, file('empty.csv', '')), 2, /empty/i);
      refused(on('import', kind, file('blank.csv', '\n\n  \n')), 2);
      refused(on('import', kind, file('header.csv', { people: 'name,email\n', places: 'name,kind\n', statements: 'name,statement\n', ties: 'from,to\n' }[kind])), 2);
      refused(on('import', kind, file('photo.jpg', Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(5000, 7)]))), 2);
      refused(on('import', kind, file('paper.pdf', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n', 'latin1'))), 2);
      refused(on('import', kind, file('broken.xlsx', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(300, 1)]))), 2);
      refused(on('import', kind, file('noise.csv', Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 7919) % 256)))), 2);
      refused(on('import', kind, here), 2);
    }
    assert.deepEqual(stored(here, data), { people: 0, statements: 0 });
  });

  test(`${store.name}: 1 GB is refused before it is read`, (t) => {
    const { here, data, on } = home(t, store.make);
    const path = join(here, 'large.csv');
    const fd = openSync(path, 'w');
    writeSync(fd, 'name,email\nAna Ruiz,ana@example.org\n');
    ftruncateSync(fd, 1 << 30);
    closeSync(fd);
    refused(on('import', 'people', path), 2, /large|MB|MiB|bytes/i);
    assert.deepEqual(stored(here, data), { people: 0, statements: 0 });
  });

  test(`${store.name}: rows with too few and too many cells are named by line`, (t) => {
    const { here, data, file, on } = home(t, store.make);
    const dry = on('import', 'people', file('cells.csv', 'name,email,role\nAna Ruiz\nBo Li,bo@example.org,Principal,more,and more\nCai Xu,cai@example.org,Teacher\n'), '--dry-run', '--json');
    assert.equal(dry.code, 0, dry.out + dry.err);
    const told = dry.json();
    assert.equal(told.counts.rows, 3);
    assert.ok([...told.problems, ...told.notes].some((p) => p.line === 3), `line 3 is named: ${JSON.stringify([told.problems, told.notes])}`);
    for (const p of told.problems) assert.ok(p.sentence && p.remedy, JSON.stringify(p));
    assert.deepEqual(stored(here, data), { people: 0, statements: 0 });
  });

  test(`${store.name}: two people with one e-mail`, (t) => {
    const { here, data, file, on } = home(t, store.make);
    const path = file('twice.csv', 'name,email\nAna Ruiz,ana@example.org\nBo Li,ana@example.org\nCai Xu,cai@example.org\n');
    const told = on('import', 'people', path, '--dry-run', '--json').json();
    assert.ok(told.counts.refused >= 1, JSON.stringify(told.counts));
    assert.ok(told.problems.some((p) => /ana@example\.org/.test(p.sentence) && p.remedy), JSON.stringify(told.problems));
    const lines = new Set(told.problems.map((p) => p.line));
    assert.ok(lines.has(2) || lines.has(3));
    on('import', 'people', path);
    assert.equal(stored(here, data).people, 3 - told.counts.refused);
  });

  test(`${store.name}: as many themes as cannot be`, (t) => {
    const { file, on } = home(t, store.make);
    assert.equal(on('import', 'statements', file('said.csv', voices(20))).code, 0);
    refused(on('themes', 'find', '--count', '0'), 2, /number from 1/);
    refused(on('themes', 'find', '--count', '-1'), 2);
    refused(on('themes', 'find', '--count', '21'), 2, /20 statements/);
    refused(on('themes', 'find', '--count', 'many'), 2);
    assert.equal(on('themes', 'list', '--json').json().themes.length, 0, 'no search was half stored');
    assert.equal(on('themes', 'find', '--count', '2').code, 0);
  });

  test(`${store.name}: one person, four people, all of one district`, (t) => {
    for (const [count, groups] of [[1, 0], [4, 1], [24, null]]) {
      const { file, on } = home(t, store.make);
      assert.equal(on('import', 'people', file('few.csv', roster(count, 'name,email,role,place', () => ',Teacher leader,San Isidro'))).code, 0);
      assert.equal(on('import', 'statements', file('said.csv', voices(count))).code, 0);
      const found = on('themes', 'find', '--count', '1');
      assert.equal(found.code, 0, found.err);
      const formed = on('collectives', 'form', '--json');
      assert.equal(formed.signal, null);
      if (groups === 0) {
        assert.ok(formed.code === 2 || formed.json().collectives.length === 0, formed.out);
        refused(on('collectives', 'form'), [0, 2].includes(formed.code) ? 2 : 0, /./);
        continue;
      }
      assert.equal(formed.code, 0, formed.err + formed.out);
      const all = formed.json().collectives;
      if (groups) assert.equal(all.length, groups);
      for (const group of all) {
        assert.ok(group.people_count >= 4 && group.people_count <= 10);
        assert.ok(group.checks.some((c) => c.is_no || c.is_part), 'that all come from one place is said');
      }
    }
  });

  test(`${store.name}: together and apart at once are told by their names`, (t) => {
    const { file, on } = home(t, store.make);
    const rules = (i) => `,Role ${i % 4},District ${i % 5},${i === 0 ? 'Person Number 1' : ''},${i === 0 ? 'Person Number 1' : ''}`;
    const came = on('import', 'people', file('rules.csv', roster(24, 'name,email,role,place,together with,apart from', rules)));
    assert.equal(came.signal, null);
    assert.ok([0, 2].includes(came.code), came.err);
    assert.equal(on('import', 'statements', file('said.csv', voices(24))).code, 0);
    assert.equal(on('themes', 'find', '--count', '2').code, 0);
    const formed = on('collectives', 'form');
    assert.equal(formed.signal, null);
    const told = came.out + came.err + formed.out + formed.err;
    assert.ok([0, 2].includes(formed.code), formed.err);
    assert.match(told, /Person Number 0.*Person Number 1|Person Number 1.*Person Number 0/, told);
  });
}

test('a million identical statements end in bounded time', { timeout: 900000 }, (t) => {
  const { here, data, on } = home(t);
  const path = join(here, 'same.csv');
  const fd = openSync(path, 'w');
  writeSync(fd, 'name,statement\n');
  const block = 'Ana Ruiz,We need time to read together.\n'.repeat(10000);
  for (let i = 0; i < 100; i++) writeSync(fd, block);
  closeSync(fd);
  const came = on('import', 'statements', path);
  assert.equal(came.signal, null, 'it ended by itself');
  if (came.code === 0) {
    const found = on('themes', 'find');
    assert.equal(found.signal, null, 'it ended by itself');
    assert.ok([0, 2].includes(found.code), found.err);
  } else {
    refused(came, 2);
    assert.equal(stored(here, data).statements, 0);
  }
  t.diagnostic(`${came.code === 0 ? came.out.split('\n')[0] : came.err.split('\n')[0]}`);
});

test('a database file of something else is left as it is', (t) => {
  const here = folder(t);
  for (const [name, bytes] of [['list.db', 'This is a shopping list and no database.\n'.repeat(200)], ['half.db', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4000, 9)])]]) {
    const path = join(here, name);
    writeFileSync(path, bytes);
    const was = readFileSync(path);
    for (const verb of [['themes', 'list'], ['init'], ['demo', '--once'], ['import', 'people', join(root, 'tests/data/roster.csv')]]) refused(convene([...verb, '--data', path]), [1, 2]);
    assert.deepEqual(readFileSync(path), was);
  }
  const other = join(here, 'other.db');
  assert.equal(spawnSync('sqlite3', [other, 'CREATE TABLE song (name TEXT); PRAGMA application_id = 77;']).status, 0);
  refused(convene(['themes', 'list', '--data', other]), 2, /another program/);
  const songs = join(here, 'songs.db');
  assert.equal(spawnSync('sqlite3', [songs, 'CREATE TABLE song (name TEXT);']).status, 0);
  refused(convene(['themes', 'list', '--data', songs]), 2);
  const tables = spawnSync('sqlite3', [songs, '.tables'], { encoding: 'utf8' }).stdout.trim();
  assert.equal(tables, 'song', 'nothing of ours was put into it');
});

const disks = [];
after(() => { for (const at of disks) { if (spawnSync('umount', [at]).status !== 0) spawnSync('umount', ['-l', at]); rmSync(at, { recursive: true, force: true }); } });

/** A small disk of its own, or null where mounting is not possible. */
function disk(t, options) {
  const at = mkdtempSync(join(tmpdir(), 'convene-disk-'));
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { encoding: 'utf8' });
  if (done.status !== 0) { rmSync(at, { recursive: true, force: true }); return null; }
  disks.push(at);
  return at;
}

test('a disk that cannot be written', (t) => {
  const at = disk(t, 'size=32m');
  if (!at) { t.skip('NOT TRIED: this machine does not let us mount a disk'); return; }
  const data = join(at, 'net.db');
  assert.equal(convene(['demo', '--once', '--data', data]).code, 0);
  const was = readFileSync(data);
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', at]).status, 0);
  refused(convene(['import', 'people', join(root, 'tests/data/roster.csv'), '--data', data]), [1, 2], /writ|read-only/i);
  refused(convene(['init', '--data', join(at, 'new.db')]), [1, 2]);
  const backup = convene(['backup', join(at, 'copy.cvn'), '--data', data]);
  assert.equal(backup.signal, null);
  assert.ok(backup.code > 0);
  assert.deepEqual(readFileSync(data), was);
  assert.equal(existsSync(join(at, 'copy.cvn')), false);
});

test('a disk without room: nothing is half stored, and with room again it goes on', (t) => {
  const at = disk(t, 'size=3m');
  const run = (args, data) => at ? convene([...args, '--data', data]) :
    (() => { const done = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f 1200; exec "$@"`, 'bash', binary, ...args, '--data', data], { encoding: 'utf8' }); return { code: done.status, signal: done.signal, out: done.stdout, err: done.stderr }; })();
  if (!at) t.diagnostic('NO DISK COULD BE MOUNTED: a limit on the size of files stands in for a full disk');
  const here = at ?? folder(t);
  const data = join(here, 'net.db');
  assert.equal(convene(['init', '--data', data]).code, 0);
  assert.equal(convene(['import', 'people', join(root, 'tests/data/roster.csv'), '--data', data]).code, 0);
  const was = stored(at ? folder(t) : here, data);
  const rows = join(folder(t), 'many.csv');
  writeFileSync(rows, roster(30000));
  refused(run(['import', 'people', rows], data), 1, /room|disk/i);
  assert.deepEqual(stored(folder(t), data), was);
  assert.equal(spawnSync('sqlite3', [data, 'PRAGMA integrity_check'], { encoding: 'utf8' }).stdout.trim(), 'ok');
  if (at) assert.equal(spawnSync('mount', ['-o', 'remount,size=200m', at]).status, 0);
  assert.equal(convene(['import', 'people', rows, '--data', data]).code, 0);
  assert.ok(stored(folder(t), data).people >= 30000);
});

test('output that cannot be written is a failure, not silence', (t) => {
  const { data } = home(t);
  const full = spawnSync('bash', ['-c', '"$@" > /dev/full', 'bash', binary, 'routes', '--json', '--data', data], { encoding: 'utf8' });
  assert.equal(full.status, 1);
});

test('a port in use, a port of the mighty, an address that is none', async (t) => {
  const { data } = home(t);
  const busy = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => busy.once('listening', done));
  t.after(() => busy.close());
  refused(convene(['serve', '--data', data, '--listen', `127.0.0.1:${busy.address().port}`]), 1, /another port/);
  for (const where of ['127.0.0.1:99999', '127.0.0.1:-1', 'nowhere', '256.1.1.1:80', '203.0.113.7:8080', 'unix:/no/such/folder/sock']) refused(convene(['serve', '--data', data, '--listen', where], { timeout: 20000 }), [1, 2]);
});

const url = process.env.CONVENE_TEST_POSTGRES;
test('PostgreSQL goes away in the middle', { skip: url ? false : 'no PostgreSQL was given' }, async (t) => {
  const make = stores().find((s) => s.name === 'postgres').make;
  const { data, file, here } = home(t, make);
  const name = new URL(data.replace(/^postgres:\/\/[^/]*/, 'http://x')).pathname.slice(1);
  const cut = () => spawnSync('psql', [url, '-qAtc', `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${name}'`], { encoding: 'utf8' });
  const door = (open) => spawnSync('psql', [url, '-qAtc', `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${open}`], { encoding: 'utf8' });

  // A long import on the terminal is cut off: code 1, a sentence, nothing of it stored.
  const rows = file('many.csv', roster(20000));
  const child = spawn(binary, ['import', 'people', rows, '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (text) => { err += text; });
  const over = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  const busy = () => spawnSync('psql', [url, '-qAtc', `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}' AND state <> 'idle' AND xact_start IS NOT NULL`], { encoding: 'utf8' }).stdout.trim() !== '0';
  let tries = 0;
  while (child.exitCode === null && !busy() && tries++ < 2000) await new Promise((done) => setTimeout(done, 5));
  cut();
  const end = await over;
  assert.equal(end.signal, null, err);
  const counts = stored(here, data);
  if (end.code === 0) t.diagnostic('the import was faster than the cut');
  else {
    assert.equal(end.code, 1, err);
    assert.match(err, /^convene: .+/m);
    assert.equal(counts.people, 0);
  }

  // The pages say that the database is away, stay up, and go on when it is back.
  const server = await serve(t, data, ['--rate-limits', 'no']);
  const v = new Visitor(server.address);
  await v.signIn(server.ownerLink);
  await v.get('/people/new');
  door('false');
  cut();
  const page = await v.get('/people');
  assert.ok(page.status >= 500 && page.status < 600, String(page.status));
  assert.ok(/cannot reach its data/.test(page.text), 'the page says why');
  assert.equal((await v.get('/healthz')).status, 200, 'alive');
  assert.equal((await v.get('/readyz')).status, 503, 'not ready');
  const post = await v.post('/people', { name: 'Written Into Nothing', email: 'nothing@example.org' });
  assert.ok(post.status >= 500, String(post.status));
  assert.equal(server.died, undefined);
  door('true');
  let back = 0;
  for (let i = 0; i < 100 && back !== 200; i++) { back = (await v.get('/people')).status; if (back !== 200) await new Promise((done) => setTimeout(done, 200)); }
  assert.equal(back, 200, 'it goes on when the database is back');
  assert.equal((await v.get('/readyz')).status, 200);
  assert.equal(stored(here, data).people, counts.people, 'what was refused is not stored');
  await v.get('/people/new');
  assert.equal((await v.post('/people', { name: 'Written At Last', email: 'last@example.org' })).status, 303);
  const job = await v.post('/themes/find', {});
  if (job.status === 303 && job.location.startsWith('/jobs/')) assert.equal((await jobOver(v, job.location)).is_over, true, 'jobs go on too');
  assert.equal(server.died, undefined);
});
