// house: what the tests of the whole program share: run a verb, serve a network, sign in, post forms. Node 18, no packages.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const binary = process.env.CONVENE_BINARY || join(root, 'build', 'convene');

/** A folder that is gone after the test. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'convene-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

let databases = 0;
/** The kinds of store to run a journey on: a file always, PostgreSQL when the tests were given one. */
export function stores() {
  const kinds = [{ name: 'sqlite', make: (t) => join(folder(t), 'net.db') }];
  const url = process.env.CONVENE_TEST_POSTGRES;
  if (url) {
    kinds.push({
      name: 'postgres',
      make: (t) => {
        const name = `whole_${process.pid}_${++databases}`;
        const sql = (text) => {
          const done = spawnSync('psql', [url, '-qAtc', text], { encoding: 'utf8' });
          if (done.status !== 0) throw new Error(done.stderr);
        };
        sql(`CREATE DATABASE ${name}`);
        t.after(() => sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
        // No URL of node's: a socket's folder leaves the host empty.
        return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`);
      },
    });
  }
  return kinds;
}

function environment(extra) {
  const env = { ...process.env, ...extra };
  for (const key of Object.keys(env)) if (key.startsWith('CONVENE_') && !(extra && key in extra)) delete env[key];
  return env;
}

/** Runs one verb to its end: {code, out, err, json()}. */
export function convene(args, options = {}) {
  const done = spawnSync(binary, args, {
    encoding: 'utf8', input: options.input, cwd: options.cwd, env: environment(options.env), maxBuffer: 1 << 28,
    timeout: options.timeout ?? 120000,
  });
  return { code: done.status, signal: done.signal, out: done.stdout, err: done.stderr, json: () => JSON.parse(done.stdout) };
}

/** Starts `convene serve` on a free port; resolves when it has told its address. */
export async function serve(t, data, args = [], options = {}) {
  const child = spawn(binary, ['serve', '--json', '--data', data, '--listen', '127.0.0.1:0', ...args], {
    env: environment(options.env), stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = { child, log: '' };
  child.stderr.on('data', (text) => { server.log += text; });
  const told = await new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (more) => {
      text += more;
      if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.on('exit', (code, signal) => fail(new Error(`serve ended with ${code ?? signal}: ${server.log}`)));
  });
  child.removeAllListeners('exit');
  child.on('exit', (code, signal) => { if (!server.isStopping) server.died = code ?? signal; });
  server.address = told.address;
  server.ownerLink = told.owner_link;
  server.stop = (signal = 'SIGTERM') => new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode);
    server.isStopping = true;
    child.on('exit', (code) => done(code));
    child.kill(signal);
  });
  t.after(() => server.stop());
  return server;
}

/** A visitor with cookies. Forms carry the token that the last page showed. */
export class Visitor {
  constructor(address) {
    this.address = address;
    this.cookies = new Map();
    this.csrf = '';
  }

  async ask(method, path, { body, headers = {}, json = false } = {}) {
    const url = path.startsWith('http') ? path : this.address + path;
    const all = { ...headers };
    if (this.cookies.size) all.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    if (json) all.accept = 'application/json';
    const answer = await fetch(url, { method, body, headers: all, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie?.() ?? cookiesOf(answer)) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await answer.text();
    const token = /name="csrf" value="([^"]+)"/.exec(text);
    if (token) this.csrf = token[1];
    return { status: answer.status, headers: answer.headers, text, location: answer.headers.get('location'), json: () => JSON.parse(text) };
  }

  get(path, options) { return this.ask('GET', path, options); }

  /** Posts a form as a browser without scripts would. */
  post(path, fields = {}, options = {}) {
    const body = new URLSearchParams({ csrf: this.csrf, ...fields });
    return this.ask('POST', path, { body, ...options });
  }

  upload(path, fields, file) {
    const body = new FormData();
    body.set('csrf', this.csrf);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set(file.field ?? 'file', new Blob([file.bytes]), file.name);
    return this.ask('POST', path, { body });
  }

  /** Opens the one-time link and presses its button. */
  async signIn(ownerLink) {
    const page = await this.get(ownerLink);
    if (page.status !== 200) throw new Error(`the owner link answered ${page.status}`);
    const action = /<form[^>]*action="([^"]+)"/.exec(page.text)[1];
    const fields = Object.fromEntries([...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((m) => [m[1], m[2]]));
    const done = await this.post(action.replaceAll('&amp;', '&'), fields);
    if (done.status !== 303) throw new Error(`the button answered ${done.status}`);
    await this.get('/');
  }
}

function cookiesOf(answer) {
  // Debian's Node 18 joins cookies with a comma; ours hold none.
  const all = answer.headers.get('set-cookie');
  return all ? all.split(/,(?=\s*[\w-]+=)/).map((line) => line.trim()) : [];
}

/** Waits until a job that a page started is over; gives its document. */
export async function jobOver(visitor, path) {
  for (let tries = 0; tries < 600; tries++) {
    const job = (await visitor.get(path, { json: true })).json();
    if (job.is_over ?? job.job?.is_over) return job.job ?? job;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`the job ${path} did not end`);
}
