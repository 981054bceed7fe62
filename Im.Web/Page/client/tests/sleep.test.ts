import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby } from '../src/index.ts';
import { answerHistory, jenny, listen, live, lobbyLine, range, ready, settled, stage } from './fakes.ts';

const hourMs = 3_600_000;

test('After an hour asleep the dead connection is left within seconds, and everything is as it should be', async () => {
  const it = await ready({ user: jenny, lobbyLastSeq: 5 });
  const seen = listen(it);
  void it.client.send(lobby, 'before the lid closed', 'id-1');
  it.clock.sleep(hourMs);
  void it.client.send(lobby, 'just after it opened', 'id-2');
  await it.clock.advance(2_500);
  assert.equal(it.sockets.length, 2);
  assert.equal(it.sockets[0]!.closedWith, 1005);
  await it.socket().greets({ user: jenny, lobbyLastSeq: 8 });
  await answerHistory(it.socket(), 8);
  await it.socket().says({ type: 'ack', id: 'id-1', conversation: 'lobby', seq: 9, duplicate: true });
  await it.socket().says({ type: 'ack', id: 'id-2', conversation: 'lobby', seq: 10 });
  for (const seq of [9, 10]) await it.socket().says(live(lobbyLine(seq)));
  assert.deepEqual(seen, range(6, 10));
  assert.deepEqual(it.socket().of('post').map((frame) => frame.id), ['id-1', 'id-2']);
});

test('After a short sleep the node is asked at once, and one that answers is kept', async () => {
  const it = await ready();
  it.clock.sleep(30_000);
  await it.clock.advance(2_000);
  assert.equal(it.socket().of('ping').length, 1);
  await it.socket().says({ type: 'pong', time: 0 });
  await it.clock.advance(8_000);
  assert.equal(it.sockets.length, 1);
});

test('After a short sleep a node that does not answer within five seconds is left', async () => {
  const it = await ready();
  it.clock.sleep(30_000);
  await it.clock.advance(2_000 + 5_000 + 500);
  assert.equal(it.sockets.length, 2);
});

test('A wake of the page, after an hour, needs no timer at all', async () => {
  const it = await ready();
  it.clock.sleep(hourMs);
  it.client.wake();
  assert.equal(it.client.state.phase, 'waiting');
  await it.clock.advance(500);
  assert.equal(it.sockets.length, 2);
});

test('A sleep in the middle of a wait, or of a handshake, ends it', async () => {
  const waiting = await ready();
  await waiting.socket().ends(1006);
  waiting.clock.chance = 0.999;
  waiting.clock.sleep(hourMs);
  waiting.client.wake();
  await settled();
  assert.equal(waiting.sockets.length, 2);

  waiting.clock.sleep(hourMs); // the second one was dialled, and never got a word
  waiting.client.wake();
  await waiting.clock.advance(1_000);
  assert.equal(waiting.sockets.length, 3);
});

test('A tab whose timers the browser delays for a minute keeps its connection', async () => {
  const it = await ready();
  for (let minutes = 0; minutes < 5; minutes++) {
    it.clock.sleep(60_000);
    await it.clock.advance(2_000);
    await it.socket().says({ type: 'pong', time: 0 });
  }
  assert.equal(it.sockets.length, 1);
});

test('A client that was disconnected does not wake', async () => {
  const it = await ready();
  it.client.disconnect();
  it.clock.sleep(hourMs);
  await it.clock.advance(10_000);
  assert.equal(it.sockets.length, 1);
});

test('Who it is, is known before any node is up', async () => {
  const it = stage();
  it.answers.set('GET /api/me', [200, { user: jenny, session: 's-1' }]);
  it.client.connect();
  await settled();
  await it.socket().ends(1006);
  assert.equal(it.client.me?.id, jenny.id);
  void it.client.send(lobby, 'written while nobody listens', 'id-1');
  await it.clock.advance(500);
  await it.socket().greets({ user: jenny });
  assert.equal(it.socket().asked('post').id, 'id-1');
});

test('A logout is said, wherever it was made, before the user is gone', async () => {
  const ways: [string, (it: Awaited<ReturnType<typeof ready>>) => Promise<unknown>][] = [
    ['here', (it) => (it.answers.set('POST /api/logout', [204]), it.client.logout())],
    ['in another tab', (it) => it.socket().says({ type: 'session', reason: 'logout' })],
    ['from elsewhere', (it) => it.socket().ends(4401)],
  ];
  for (const [where, logOut] of ways) {
    const it = await ready({ user: jenny });
    const heard: unknown[] = [];
    it.client.on('loggedOut', () => heard.push(it.client.me?.nickname));
    it.client.on('me', (user) => heard.push(user));
    await logOut(it);
    assert.deepEqual(heard, ['Jenny', null], where);
  }
});

test('A session that the server has forgotten is no logout', async () => {
  const it = await ready({ user: jenny });
  const heard: unknown[] = [];
  it.client.on('loggedOut', () => heard.push('logged out'));
  await it.socket().ends(1006);
  await it.clock.advance(500);
  await it.socket().greets();
  assert.deepEqual([it.client.me, heard], [null, []]);
});
