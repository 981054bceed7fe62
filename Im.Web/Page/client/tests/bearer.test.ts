import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BearerToken, lobby, type ImError } from '../src/index.ts';
import { jenny, ready, settled, stage, type Stage } from './fakes.ts';

const tokenOf = (token: string, created?: boolean): [number, object] => [200, { token, expiresInSeconds: 3600, user: jenny, session: 's-2', created }];
const hourMs = 3_600_000;

/** A program that is logged in and ready. */
async function program(): Promise<Stage & { bearer: BearerToken }> {
  const bearer = new BearerToken();
  const it = stage({ bearer });
  it.answers.set('POST /api/tokens', tokenOf('imt_1', true));
  it.answers.set('POST /api/tokens/renew', tokenOf('imt_2'));
  it.answers.set('GET /api/me', [200, { user: jenny, session: 's-2' }]);
  await it.client.login('Jenny', 'secret password');
  await settled();
  await it.socket().greets({ user: jenny });
  return { ...it, bearer };
}

const authorization = ({ requests }: Stage, path: string) => requests.filter((request) => request.path === path).map((request) => request.headers.get('Authorization'));

/** The clock goes on while the node answers pings. */
async function live(it: Stage, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    await it.clock.advance(10_000);
    await it.socket().says({ type: 'pong', time: 0 });
  }
}

test('A program logs in, and its token is on its requests and its WebSocket', async () => {
  const it = await program();
  assert.deepEqual([it.bearer.value, it.client.me, it.client.state.phase], ['imt_1', jenny, 'ready']);
  assert.deepEqual(authorization(it, '/api/me'), ['Bearer imt_1']);
  assert.deepEqual(it.socket().headers, { Authorization: 'Bearer imt_1' });
  assert.deepEqual(it.requests.filter((request) => request.path === '/api/login'), []);
});

test('A page sends no such header', async () => {
  const it = await ready();
  assert.deepEqual([authorization(it, '/api/me'), it.socket().headers], [[null], {}]);
});

test('A token that exists is renewed first of all, for nobody knows how old it is', async () => {
  const bearer = new BearerToken('imt_old');
  const it = stage({ bearer });
  it.answers.set('POST /api/tokens/renew', tokenOf('imt_2'));
  it.client.connect();
  await settled();
  assert.deepEqual(authorization(it, '/api/tokens/renew'), ['Bearer imt_old']);
  assert.deepEqual([bearer.value, it.socket().headers], ['imt_2', { Authorization: 'Bearer imt_2' }]);
});

test('A token is renewed when half of its life is over, tried again where the server is away, and the connection stays', async () => {
  const it = await program();
  await live(it, hourMs / 2 - 10_000);
  assert.deepEqual(authorization(it, '/api/tokens/renew'), []);
  it.answers.delete('POST /api/tokens/renew');
  await live(it, 20_000);
  it.answers.set('POST /api/tokens/renew', tokenOf('imt_2'));
  await live(it, 10_000);
  assert.deepEqual([it.bearer.value, it.sockets.length], ['imt_2', 1]);
  await live(it, hourMs / 2);
  assert.deepEqual(authorization(it, '/api/tokens/renew').at(-1), 'Bearer imt_2');
});

test('After a sleep of hours a token that is due is renewed before the connection', async () => {
  const it = await program();
  it.clock.sleep(hourMs * 0.75);
  await it.clock.advance(3_000);
  assert.deepEqual(it.socket().headers, { Authorization: 'Bearer imt_2' });
});

test('A program that is signed out while it is connected ends', async () => {
  const it = await program();
  await it.socket().ends(4401);
  await it.clock.advance(2 * hourMs);
  assert.deepEqual([it.client.state.phase, it.client.state.cause, it.client.me, it.sockets.length], ['closed', 'signed_out', null, 1]);
  assert.deepEqual(authorization(it, '/api/tokens/renew'), []);
});

test('A program that was signed out while it was away ends, and does not try on', async () => {
  const it = await program();
  it.answers.set('GET /api/me', [401, { code: 'not_logged_in' }]);
  let loggedOut = 0;
  it.client.on('loggedOut', () => loggedOut++);
  const failed = assert.rejects(it.client.send(lobby, 'hello'), (error: ImError) => error.code === 'closed');
  await it.socket().ends(1006);
  await it.clock.advance(2 * hourMs);
  await failed;
  assert.deepEqual([it.client.state.phase, it.client.state.cause, it.client.me, it.sockets.length, loggedOut], ['closed', 'signed_out', null, 1, 1]);
});

test('A program waits for a server that is away', async () => {
  const it = await program();
  it.answers.set('GET /api/me', [503, { code: 'unavailable' }]);
  await it.socket().ends(1006);
  await it.clock.advance(500);
  assert.equal(it.sockets.length, 2);
});

test('A program that has left needs no timer: its process can end', async () => {
  const it = await program();
  it.client.disconnect();
  await it.clock.advance(2 * hourMs);
  assert.deepEqual(authorization(it, '/api/tokens/renew'), []);
});

test('A program that logs out has no token, and goes on as a guest', async () => {
  const it = await program();
  it.answers.set('POST /api/logout', [204]);
  await it.client.logout();
  assert.deepEqual([it.bearer.value, it.client.me], [undefined, null]);
  await it.socket().ends(1006);
  await it.clock.advance(500);
  assert.deepEqual(it.socket().headers, {});
});
