// Runs the browser tests: node run.mjs [WORD]. Pages are drawn by build/src/render_tool; journeys need
// the running program at CONVENE_URL (and CONVENE_OWNER_LINK) and are left out without it.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const word = process.argv[2] || '';
const files = readdirSync(here).filter(f => f.endsWith('_test.mjs') && f.includes(word)).map(f => join(here, f));
const stream = run({ files, concurrency: 1, testNamePatterns: process.env.CONVENE_TEST ? [new RegExp(process.env.CONVENE_TEST)] : undefined });
stream.on('test:fail', () => { process.exitCode = 1; });
const reporter = typeof spec === 'function' && spec.prototype && spec.prototype.constructor === spec ? new spec() : spec;
stream.compose(reporter).pipe(process.stdout);
