// kill -9 at random moments during imports and moves: it starts again, the database is whole, and no confirmed change is lost.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { binary, convene, folder, stores } from './house.mjs';

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

/** Kills fall between the start and a little after the usual end. The usual end is learned: machines are slower at times. */
class Pace {
  constructor() { this.ms = 0; }

  async run(args) {
    const whole = this.ms === 0;
    const started = performance.now();
    const answered = await killed(args, whole ? 60000 : random() * this.ms * 1.3);
    const took = performance.now() - started;
    if (answered) this.ms = whole ? took : 0.8 * this.ms + 0.2 * took;
    else this.ms *= 1.02;
    return answered;
  }
}

for (const store of stores()) {
  // PostgreSQL keeps its own promises; what is tried there is that ours are made inside one transaction.
  const rounds = store.name === 'sqlite' ? ROUNDS : Math.max(20, Math.ceil(ROUNDS / 10));
  test(`${store.name}: ${rounds} kills during imports and moves lose nothing`, async (t) => {
    const here = folder(t);
    const data = store.make(t);
    const on = (...args) => convene([...args, '--data', data]);
    assert.equal(on('demo', '--once').code, 0);
    const groups = () => {
      const told = on('collectives', 'list', '--json');
      assert.equal(told.code, 0, told.out + told.err);
      return told.json().collectives;
    };
    const sits = (place) => groups().find((g) => g.id === place.group)?.people.some((p) => p.id === place.person);
    const importing = new Pace();
    const moving = new Pace();
    const imported = new Set();
    let answered = 0;
    for (let round = 0; round < rounds; round++) {
      if (round % 2 === 0) {
        const email = `kill${round}@example.org`;
        const file = join(here, 'one.csv');
        writeFileSync(file, 'name,email\n' + Array.from({ length: 40 }, (_, i) => `Person ${round} ${i},${i}.${email}`).join('\n') + '\n');
        if (await importing.run(['import', 'people', file, '--data', data])) { imported.add(email); answered++; }
      } else {
        const all = groups();
        const from = all.find((g) => g.people_count > 4 && !g.is_locked);
        const to = all.find((g) => g.people_count < 10 && g.id !== from.id && !g.is_locked);
        const place = { person: from.people.at(-1).id, group: to.id };
        if (await moving.run(['collectives', 'move', String(place.person), String(place.group), '--data', data])) {
          answered++;
          assert.ok(sits(place), `round ${round}: a confirmed move is there`);
        }
      }
    }
    if (store.name === 'sqlite') {
      const whole = spawnSync('sqlite3', [data, 'PRAGMA integrity_check; PRAGMA foreign_key_check;'], { encoding: 'utf8' });
      assert.equal(whole.stdout.trim(), 'ok');
    }
    const copy = join(here, 'copy.cvn');
    assert.equal(on('backup', copy).code, 0, 'what is left can be backed up and verified');
    assert.equal(on('export', 'people', '--to', join(here, 'people.json')).code, 0);
    const people = readFileSync(join(here, 'people.json'), 'utf8');
    const found = [...people.matchAll(/"(\d+)\.(kill\d+@example\.org)"/g)].reduce((m, x) => m.set(x[2], (m.get(x[2]) ?? 0) + 1), new Map());
    for (const email of imported) assert.equal(found.get(email), 40, `${email} was confirmed`);
    for (const [email, n] of found) assert.equal(n, 40, `${email} is whole or absent`);
    t.diagnostic(`${answered} of ${rounds} had answered before the kill; ${found.size} imports are there`);
    assert.ok(answered >= 2 && answered < rounds, 'some kills came before the answer, some after');
  });
}
