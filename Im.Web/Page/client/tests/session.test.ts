import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImError, lobby } from '../src/index.ts';
import { direct, jenny, live, lobbyLine, ready, settled, stage, tom } from './fakes.ts';

test('The first connection waits for the cookie that makes the tabs of a browser one session', async () => {
  const { client, requests, sockets } = stage();
  client.connect();
  assert.equal(sockets.length, 0);
  await settled();
  assert.deepEqual([requests[0]?.path, sockets.length], ['/api/me', 1]);
});

const dayMs = 24 * 3_600_000;

test('The page server is asked again after a day, before the next connection, for the cookie to be renewed', async () => {
  const { clock, requests, sockets, socket } = await ready();
  for (const [sleptMs, asked] of [[dayMs - 10_000, 1], [dayMs, 2]] as const) {
    clock.sleep(sleptMs);
    await clock.advance(3_000);
    assert.deepEqual([requests.filter((request) => request.path === '/api/me').length, socket() === sockets[asked]], [asked, true]);
    await socket().greets();
  }
});

test('A connection that lasts for days does not keep the cookie from being renewed', async () => {
  const { client, clock, requests, sockets, socket } = await ready();
  const asked = () => requests.filter((request) => request.path === '/api/me').length;
  for (let passed = 0; passed < 2 * dayMs; passed += 10_000) {
    await clock.advance(10_000);
    await socket().says({ type: 'pong', time: 0 });
  }
  assert.deepEqual([asked(), sockets.length], [3, 1]);
  client.disconnect();
  await clock.advance(dayMs);
  assert.equal(asked(), 3);
});

test('A tab whose session is over gets another one, and so hears of logins', async () => {
  const { clock, requests, sockets, socket } = await ready();
  const asked = () => requests.filter((request) => request.path === '/api/me').length;
  for (const times of [1, 2]) {
    await socket().ends(1006);
    await clock.advance(500);
    assert.equal(asked(), times);
    await socket().greets({ session: null });
    assert.deepEqual([asked(), sockets.length], [1 + times, 1 + 2 * times]);
    await socket().greets({ session: `s-${1 + times}` });
    await clock.advance(5_000);
  }
});

test('A browser that keeps no cookies is asked to once', async () => {
  const { client, clock, requests, sockets, socket } = await ready({ session: null });
  await socket().ends(1006);
  await clock.advance(500);
  await socket().greets({ session: null });
  assert.deepEqual([client.state.phase, requests.filter((request) => request.path === '/api/me').length, sockets.length], ['ready', 1, 2]);
});

test('A page server that cannot answer does not keep the client from its node', async () => {
  const { client, answers, sockets } = stage();
  answers.clear();
  client.connect();
  await settled();
  assert.equal(sockets.length, 1);
});

test('A login in this tab makes the open connection the user', async () => {
  const { client, answers, requests, socket } = await ready();
  answers.set('POST /api/login', [200, { user: jenny, created: true }]);
  const login = client.login('Jenny', 'secret password', 'likes tea');
  await settled();
  const { id, ticket } = socket().asked('authenticate');
  assert.equal(ticket, 't-1');
  await socket().says({ type: 'session', reason: 'authenticated', id, session: 's-2', user: jenny });
  assert.deepEqual(await login, { user: jenny, created: true });
  assert.deepEqual(client.me, jenny);
  const posted = requests.find((request) => request.path === '/api/login')!;
  assert.deepEqual([posted.headers.get('X-Im'), posted.body], ['1', { nickname: 'Jenny', password: 'secret password', brief: 'likes tea' }]);
  assert.equal(socket().of('conversations').length, 2, 'asked as a guest, then as Jenny');
});

test('A login in another tab is followed without reconnecting', async () => {
  const { client, sockets, socket } = await ready();
  await socket().says({ type: 'session', reason: 'login', authenticate: true });
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: jenny });
  assert.deepEqual([client.me, sockets.length], [jenny, 1]);
});

test('A hint that is here before the cookie is followed once the cookie is', async () => {
  const { client, clock, answers, socket } = await ready();
  answers.set('POST /api/ticket', [401, { code: 'not_logged_in' }]);
  await socket().says({ type: 'session', reason: 'login', authenticate: true });
  assert.equal(socket().of('authenticate').length, 0);
  answers.set('POST /api/ticket', [200, { ticket: 't-2', expiresInSeconds: 30 }]);
  await clock.advance(1_000);
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: jenny });
  assert.deepEqual(client.me, jenny);
});

test('A hint of our own login is not followed before its answer has brought the cookie', async () => {
  const { client, answers, requests, socket } = await ready();
  answers.set('POST /api/login', [200, { user: jenny, created: false }]);
  const tickets = () => requests.filter((request) => request.path === '/api/ticket').length;
  void client.login('Jenny', 'secret password');
  socket().onmessage!({ data: JSON.stringify({ type: 'session', reason: 'login', authenticate: true }) });
  assert.equal(tickets(), 0);
  await settled();
  assert.equal(tickets(), 1);
});

test('A second hint while the first is followed is followed after it', async () => {
  const { client, socket } = await ready();
  await socket().says({ type: 'session', reason: 'login', authenticate: true });
  await socket().says({ type: 'session', reason: 'login', authenticate: true });
  assert.equal(socket().of('authenticate').length, 1);
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: jenny });
  assert.equal(socket().of('authenticate').length, 2);
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: tom });
  assert.deepEqual(client.me, tom);
});

for (const phase of ['waiting', 'connecting'] as const)
  test(`A login while the client is ${phase} is at once that of a new connection`, async () => {
    const { client, clock, answers, sockets, socket } = await ready();
    await socket().ends(1006);
    if (phase === 'connecting') await clock.advance(500);
    assert.equal(client.state.phase, phase);
    const dialled = sockets.length;
    answers.set('POST /api/login', [200, { user: jenny, created: false }]);
    await client.login('Jenny', 'secret password');
    assert.equal(sockets.length, dialled + 1);
    await socket().greets({ user: jenny });
    assert.deepEqual([client.me, client.state.phase], [jenny, 'ready']);
  });

test('A hint that comes before ready is followed after it', async () => {
  const { client, socket } = stage();
  client.connect();
  await settled();
  await socket().greets({ beforeReady: [{ type: 'session', reason: 'login', authenticate: true }] });
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: jenny });
  assert.deepEqual(client.me, jenny);
});

test('After a login in the middle of a move the next connection is dialled anew, with the cookie of now', async () => {
  const { client, clock, sockets, socket } = await ready();
  await socket().says({ type: 'move', withinMs: 100 });
  await clock.advance(100);
  await sockets[0]!.says({ type: 'session', reason: 'login', authenticate: true });
  await sockets[0]!.says({ type: 'session', reason: 'authenticated', id: sockets[0]!.asked('authenticate').id, user: jenny });
  assert.deepEqual([sockets.length, sockets[1]!.closedWith], [3, 1000]);
  await socket().greets({ user: jenny });
  assert.deepEqual(client.me, jenny);
});

test('A login that a move overtakes is followed on the next connection', async () => {
  const { client, clock, answers, sockets, socket } = await ready();
  await socket().says({ type: 'move', withinMs: 100 });
  await clock.advance(100);
  answers.set('POST /api/login', [200, { user: jenny, created: false }]);
  void client.login('Jenny', 'secret password');
  await settled();
  assert.equal(sockets[0]!.of('authenticate').length, 1);
  await socket().greets();
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, user: jenny });
  assert.deepEqual([client.me, sockets.length], [jenny, 2]);
});

test('Where the ticket is refused a new connection does the same', async () => {
  const { client, sockets, socket } = await ready();
  await socket().says({ type: 'session', reason: 'login', authenticate: true });
  await socket().says({ type: 'error', id: socket().asked('authenticate').id, code: 'bad_ticket', message: '' });
  await settled();
  assert.equal(sockets.length, 2);
  await socket().greets({ user: jenny });
  assert.deepEqual(client.me, jenny);
});

test('A logout forgets the direct conversations and keeps the lobby', async () => {
  const { client, socket } = await ready({ user: jenny });
  await socket().says(live(lobbyLine(1)));
  await socket().says(live({ ...lobbyLine(1), conversation: direct, to: jenny.id }));
  const before = client.timeline({ user: tom.id });
  await socket().says({ type: 'session', reason: 'logout' });
  assert.equal(client.me, null);
  assert.equal(client.timeline(lobby).lines.length, 1);
  assert.notEqual(client.timeline({ user: tom.id }), before);
});

test('What happens to the session between hello and ready is not undone by ready', async () => {
  const changed = { ...jenny, brief: 'likes coffee now' };
  for (const [frame, me] of [[{ type: 'session', reason: 'logout' }, null], [{ type: 'session', reason: 'profile', user: changed }, changed]] as const) {
    const { client, clock, sockets, socket } = await ready({ user: jenny });
    await socket().ends(1006);
    await clock.advance(500);
    await socket().greets({ user: jenny, beforeReady: [frame] });
    assert.deepEqual([client.me, sockets.length], [me, 2]);
  }
});

test('A changed brief is heard', async () => {
  const { client, socket } = await ready({ user: jenny });
  const heard: unknown[] = [];
  client.on('me', (me) => heard.push(me?.brief));
  await socket().says({ type: 'session', reason: 'profile', user: { ...jenny, brief: 'likes coffee now' } });
  assert.deepEqual(heard, ['likes coffee now']);
});

test('One session is signed out by its id, and only by a request of the page itself', async () => {
  const { client, answers, requests } = stage();
  answers.set('DELETE /api/sessions/a%2Fb', [200, { ended: 1 }]);
  await client.http.endSession('a/b');
  assert.deepEqual([requests[0]!.method, requests[0]!.headers.get('X-Im')], ['DELETE', '1']);
});

for (const closedFirst of [true, false])
  test(`Who deletes the account goes on as a guest${closedFirst ? ', also when the node closes before the answer is here' : ''}`, async () => {
    const { client, answers, sockets, socket } = await ready({ user: jenny });
    answers.set('DELETE /api/me', [200, { ended: 1 }]);
    const deleting = client.deleteAccount('secret password');
    if (closedFirst) await socket().ends(4401);
    await deleting;
    await settled();
    await socket().greets();
    assert.deepEqual([client.me, client.state.phase, client.state.cause, sockets.length], [null, 'ready', undefined, 2]);
  });

test('An account whose deletion is refused is still there', async () => {
  const { client, answers } = await ready({ user: jenny });
  answers.set('DELETE /api/me', [401, { code: 'wrong_password' }]);
  await assert.rejects(client.deleteAccount('guess'), (error: ImError) => error.code === 'wrong_password');
  assert.deepEqual([client.me, client.state.phase], [jenny, 'ready']);
});

test('A refused login says why, and when to try again', async () => {
  const { client, answers } = await ready();
  answers.set('POST /api/login', [429, { status: 429, code: 'locked_out', title: 'Wait' }, { 'Retry-After': '300' }]);
  await assert.rejects(client.login('Jenny', 'guess'), (error: ImError) => error.code === 'locked_out' && error.retryAfterMs === 300_000);
});

test('A listener that throws does not keep the others from hearing', async (context) => {
  context.mock.method(console, 'error', () => {});
  const { client, socket } = await ready();
  let heard = 0;
  client.on('event', () => {
    throw new Error('a fault in the application');
  });
  client.on('event', () => heard++);
  await socket().says(live(lobbyLine(1)));
  assert.equal(heard, 1);
});
