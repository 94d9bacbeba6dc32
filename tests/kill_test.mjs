// kill -9 at random moments during imports and moves: it starts again, the database is whole, and no confirmed change is lost.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { binary, convene, folder, root } from './house.mjs';

const ROUNDS = Number(process.env.CONVENE_TEST_KILLS || 200);

// The same seed gives the same moments, so that a failure can be looked at again.
let seed = 20261121;
const random = () => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return seed / 4294967296; };

/** Runs a verb and kills it after `ms`; tells whether it had answered with success before. */
function killed(args, ms) {
  return new Promise((done) => {
    const child = spawn(binary, args, { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.on('exit', (code) => { clearTimeout(timer); done(code === 0); });
  });
}

test(`${ROUNDS} kills during imports and moves lose nothing`, async (t) => {
  const here = folder(t);
  const data = join(here, 'net.db');
  assert.equal(convene(['demo', '--once', '--data', data]).code, 0);
  const groups = () => convene(['collectives', 'list', '--json', '--data', data]).json().collectives;
  const count = () => convene(['export', 'people', '--to', join(here, 'people.json'), '--data', data]).code;
  const imported = new Set();
  let finished = 0;
  let where = null;
  let typical = 60;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    if (round % 2 === 0) {
      const email = `kill${round}@example.org`;
      const file = join(here, 'one.csv');
      writeFileSync(file, 'name,email\n' + Array.from({ length: 40 }, (_, i) => `Person ${round} ${i},${i}.${email}`).join('\n') + '\n');
      if (await killed(['import', 'people', file, '--data', data], random() * typical)) { imported.add(email); finished++; typical = Math.max(20, (performance.now() - started) * 1.1); }
    } else {
      const all = groups();
      const from = all.find((g) => g.people_count > 4);
      const to = all.find((g) => g.people_count < 10 && g.id !== from.id);
      const person = from.people.at(-1);
      if (await killed(['collectives', 'move', String(person.id), String(to.id), '--data', data], random() * typical)) { where = { person: person.id, group: to.id }; finished++; }
    }
    if (where) assert.ok(groups().find((g) => g.id === where.group)?.people.some((p) => p.id === where.person), `round ${round}: a confirmed move is there`);
    if (round % 2 === 1) where = null;
  }
  const whole = spawnSync('sqlite3', [data, 'PRAGMA integrity_check; PRAGMA foreign_key_check;'], { encoding: 'utf8' });
  assert.equal(whole.stdout.trim(), 'ok');
  assert.equal(count(), 0);
  const people = (await import('node:fs')).readFileSync(join(here, 'people.json'), 'utf8');
  for (const email of imported) for (const i of [0, 39]) assert.ok(people.includes(`${i}.${email}`), `${email} was confirmed`);
  const halves = [...people.matchAll(/"(\d+)\.(kill\d+@example\.org)"/g)].reduce((m, x) => m.set(x[2], (m.get(x[2]) ?? 0) + 1), new Map());
  for (const [email, n] of halves) assert.equal(n, 40, `${email} is whole or absent`);
  t.diagnostic(`${finished} of ${ROUNDS} had answered before the kill`);
  assert.ok(finished < ROUNDS, 'some were killed before they answered');
});
