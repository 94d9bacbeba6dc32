// Imports on the pages: a file is looked at, changed, confirmed, undone; people are changed, merged, exported.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Visitor, convene, jobOver, root, serve, stores } from './house.mjs';

const roster = 'Nombre;Correo;Puesto;Distrito;Etnicidad;Horario\n' +
  'Ana Ruiz;ana@example.org;Directora;Riverbend;Latina;martes tarde\n' +
  'Luis Vega;luis@;Coach;Kestrel;;\n' +
  'Anna Ruiz;;Coach;Riverbend;;Tue 16-18\n';

for (const store of stores()) {
  test(`${store.name}: a roster on the pages, from file to undo`, async (t) => {
    const data = store.make(t);
    assert.equal(convene(['init', '--name', 'Tres Ríos', '--data', data]).code, 0);
    const server = await serve(t, data);
    const me = new Visitor(server.address);
    await me.signIn(server.ownerLink);
    for (const path of ['/imports', '/imports/new', '/imports/new?kind=people', '/people', '/people/new', '/places', '/history', '/exports'])
      assert.equal((await me.get(path)).status, 200, path);

    const refused = await me.post('/imports', { kind: 'people' });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /Choose a file/);

    const up = await me.upload('/imports', { kind: 'people' }, { name: 'roster.csv', bytes: roster });
    assert.equal(up.status, 303, up.text);
    const page = await me.get(up.location);
    assert.equal(page.status, 200, page.text);
    for (const words of [/Etnicidad/, /not taken from spreadsheets/, /is not an e-mail address/, /Anna Ruiz/, /Store 2 people/]) assert.match(page.text, words);
    assert.doesNotMatch(page.text, /Latina/);
    const seen = (await me.get(up.location, { json: true })).json();
    assert.deepEqual([seen.counts.new, seen.counts.refused], [2, 1]);
    assert.equal(seen.columns[4].is_sensitive, true);
    assert.equal(seen.near[0].line, 4);

    // The role column is left out; the page shows it so.
    const again = await me.post(`${up.location}/map`, { 'map[0]': 'name', 'map[1]': 'email', 'map[2]': '', 'map[3]': 'place', 'map[5]': 'slots', on_match: 'skip' });
    assert.equal(again.status, 303, again.text);
    const mapped = (await me.get(up.location, { json: true })).json();
    assert.equal(mapped.columns[2].field, null);
    assert.equal(mapped.on_match.find((choice) => choice.is_chosen).value, 'skip');

    const confirmed = await me.post(`${up.location}/confirm`, { merge: '4' });
    assert.equal(confirmed.status, 303, confirmed.text);
    const done = await me.get(confirmed.location);
    assert.match(done.text, /1 person is stored/);
    const twice = await me.post(`${up.location}/confirm`);
    assert.equal(twice.status, 303, 'a double click stores once');
    const wrong = await me.get(`${up.location}/refused.csv`);
    assert.equal(wrong.status, 200);
    assert.match(wrong.text, /luis@/);
    assert.doesNotMatch(wrong.text, /Latina/);

    const list = (await me.get('/people?q=ruiz', { json: true })).json();
    assert.equal(list.people.length, 1);
    const url = list.people[0].url;
    assert.match((await me.get(url)).text, /Tue afternoon/);

    // By hand: a wrong field comes back with its sentence, a right one with an undo.
    const bad = await me.post(url, { name: 'Ana Ruiz', email: 'nonsense' });
    assert.equal(bad.status, 422);
    assert.match(bad.text, /is not an e-mail address/);
    const saved = await me.post(url, { name: 'Ana Ruiz Soto', email: 'ana@example.org', place: 'Riverbend', role: 'Directora' });
    assert.equal(saved.status, 303, saved.text);
    const shown = await me.get(saved.location);
    assert.match(shown.text, /Ana Ruiz Soto/);
    const undo = /action="(\/history\/\d+\/undo)"/.exec(shown.text);
    assert.ok(undo, 'the saved page offers undo');
    assert.equal((await me.post(undo[1])).status, 303);
    assert.match((await me.get(url)).text, /<h1>Ana Ruiz<\/h1>/);

    assert.equal((await me.post('/people', { name: 'Ana Ruiz', role: 'Coach' })).status, 303);
    const both = (await me.get('/people?q=ana', { json: true })).json();
    assert.equal(both.people.length, 2);
    const other = both.people.find((person) => person.url !== url);
    assert.equal((await me.get(`${url}/merge`)).status, 200);
    assert.equal((await me.post(`${url}/merge`, { gone: other.id })).status, 303);
    assert.equal((await me.get(other.url)).status, 404);

    for (const ending of ['csv', 'excel.csv', 'xlsx', 'json']) assert.equal((await me.get(`/exports/people.${ending}`)).status, 200, ending);
    assert.equal((await me.get('/exports/people.exe')).status, 404);
    assert.equal((await me.get('/imports/999')).status, 404);
    assert.equal((await me.get('/people/999')).status, 404);

    const history = (await me.get('/history', { json: true })).json();
    assert.ok(history.days[0].steps.some((step) => /Merged/.test(step.sentence)));
  });

  test(`${store.name}: a large roster is read and stored by jobs, and undone`, async (t) => {
    const data = store.make(t);
    assert.equal(convene(['init', '--data', data]).code, 0);
    const server = await serve(t, data);
    const me = new Visitor(server.address);
    await me.signIn(server.ownerLink);
    const rows = ['name,email,role,district'];
    for (let i = 0; i < 5000; i++) rows.push(`Person Number${i},p${i}@example.org,Coach,District ${i % 24}`);
    await me.get('/imports/new');
    const up = await me.upload('/imports', { kind: 'people' }, { name: 'many.csv', bytes: rows.join('\n') });
    assert.match(up.location, /^\/jobs\/\d+$/);
    const looked = await jobOver(me, up.location);
    assert.equal(looked.state, 'done', JSON.stringify(looked));
    const url = looked.result.url;
    assert.equal((await me.get(url)).status, 200);
    const confirmed = await me.post(`${url}/confirm`);
    assert.match(confirmed.location, /^\/jobs\/\d+$/);
    const stored = await jobOver(me, confirmed.location);
    assert.equal(stored.result.counts.new, 5000);
    assert.match((await me.get(stored.result.url)).text, /5000 people are stored/);
    const undone = await me.post(`${url}/undo`);
    assert.equal(undone.status, 303, undone.text);
    assert.match((await me.get(undone.location)).text, /was undone/);
    const list = (await me.get('/people', { json: true })).json();
    assert.equal(list.has_any, false);
  });
}

test('the sample rosters of the demo come in on the pages too', async (t) => {
  const data = stores()[0].make(t);
  assert.equal(convene(['init', '--data', data]).code, 0);
  const server = await serve(t, data);
  const me = new Visitor(server.address);
  await me.signIn(server.ownerLink);
  await me.get('/imports/new');
  const up = await me.upload('/imports', { kind: 'people' }, { name: 'roster_es.csv', bytes: readFileSync(join(root, 'tests/data/roster_es.csv')) });
  const seen = (await me.get(up.location, { json: true })).json();
  assert.equal(seen.counts.refused, 0);
  assert.equal(seen.counts.new, 240);
});
