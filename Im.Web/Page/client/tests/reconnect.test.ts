import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayReconnect, reconnectDelayMs } from '../src/reconnect.ts';
import { lobby, type ImError } from '../src/index.ts';
import { jenny, ready, settled, stage } from './fakes.ts';

test('The close-code table says whether to connect again', () => {
  for (const code of [1000, 1001, 1002, 1006, 1009, 1012, 4500, 4999]) assert.equal(mayReconnect(code), true, String(code));
  for (const code of [4000, 4400, 4401, 4429, 4499]) assert.equal(mayReconnect(code), false, String(code));
});

test('The wait grows up to ten seconds, and is up to one second after a restart', () => {
  assert.equal(reconnectDelayMs(1006, 1, 1), 500);
  assert.equal(reconnectDelayMs(1006, 3, 1), 2_000);
  assert.equal(reconnectDelayMs(1006, 40, 1), 10_000);
  assert.equal(reconnectDelayMs(1006, 3, 0), 0);
  assert.equal(reconnectDelayMs(1012, 1, 1), 1_000);
});

test('A lost connection is made again after the wait, and the state says so', async () => {
  const { client, clock, sockets, socket } = await ready();
  const phases: string[] = [];
  client.on('state', (state) => phases.push(state.phase));
  await socket().ends(1006);
  assert.deepEqual([client.state.phase, client.state.cause, client.state.attempt], ['waiting', 'lost', 1]);
  assert.equal(client.state.retryAt, clock.now() + 250);
  await clock.advance(249);
  assert.equal(sockets.length, 1);
  await clock.advance(1);
  await socket().greets({ node: 'realtime-2' });
  assert.deepEqual(client.state, { phase: 'ready', node: 'realtime-2', attempt: 1 });
  assert.deepEqual(phases, ['waiting', 'connecting', 'ready']);
});

test('The error of a dial that was given up is heard by somebody: in Node it would end the program', async () => {
  const { clock, socket } = await ready();
  await socket().ends(1006);
  await clock.advance(250);
  const dialled = socket();
  assert.equal(typeof dialled.onerror, 'function');
  await clock.advance(4_000);
  assert.equal(dialled.closedWith, 1005);
  assert.equal(typeof dialled.onerror, 'function');
});

test('Tries start over only after a connection that held', async () => {
  const { client, clock, socket } = await ready();
  await socket().ends(1006);
  await clock.advance(250);
  await socket().greets();
  await socket().ends(1006);
  assert.equal(client.state.attempt, 2);
  await clock.advance(500);
  await socket().greets();
  await clock.advance(5_000);
  await socket().ends(1006);
  assert.equal(client.state.attempt, 1);
});

test('With no node up the state says so, and it recovers by itself', async () => {
  const { client, clock, sockets, socket, answers } = stage();
  answers.set('GET /api/nodes', [200, [{ name: 'realtime-1', address: '', connections: 0, live: false }]]);
  client.connect();
  await settled();
  for (let tries = 1; tries <= 8; tries++) {
    await socket().ends(1006);
    assert.deepEqual([client.state.phase, client.state.cause], ['waiting', 'no_node']);
    await clock.advance(client.state.retryAt! - clock.now());
    assert.equal(sockets.length, tries + 1);
  }
  await socket().greets();
  assert.equal(client.state.phase, 'ready');
  assert.equal(client.state.cause, undefined);
});

test('With the page server away too the state says unreachable', async () => {
  const { client, socket, answers } = stage();
  answers.clear();
  client.connect();
  await settled();
  await socket().ends(1006);
  assert.equal(client.state.cause, 'unreachable');
});

test('A session signed out from elsewhere is over until somebody connects or logs in', async () => {
  const { client, clock, sockets, socket } = await ready();
  await socket().ends(4401);
  await clock.advance(60_000);
  assert.deepEqual([client.state.phase, client.state.cause, client.me, sockets.length], ['closed', 'signed_out', null, 1]);
  client.connect();
  await settled();
  assert.equal(sockets.length, 2);
});

for (const reason of ['signed_out', 'password_changed', 'account_deleted', 'administrator', 'banned', 'over', 'lost'] as const)
  test(`A session that is ended says why: ${reason}`, async () => {
    const { client, answers, socket } = await ready({ user: jenny });
    const heard: unknown[] = [];
    client.on('loggedOut', () => heard.push(client.state.endReason));
    await socket().ends(4401, reason);
    assert.deepEqual([client.state.cause, client.state.endReason, client.me], ['signed_out', reason, null]);
    assert.deepEqual(heard, reason === 'lost' ? [] : [reason]);
    answers.set('POST /api/login', [200, { user: jenny, created: false }]);
    await client.login('Jenny', 'secret password');
    await settled();
    await socket().greets({ user: jenny });
    assert.deepEqual([client.state.phase, client.state.endReason], ['ready', undefined]);
  });

test('A reason that a newer node gives is one nobody knows', async () => {
  const { client, socket } = await ready({ user: jenny });
  await socket().ends(4401, 'eaten by a bear');
  assert.equal(client.state.endReason, 'over');
});

test('A client that was too fast waits until somebody connects, and is still who it was', async () => {
  const { client, clock, sockets, socket } = await ready({ user: jenny });
  await socket().ends(4429);
  await clock.advance(60_000);
  assert.deepEqual([client.state.phase, client.state.cause, client.me, sockets.length], ['closed', 'too_fast', jenny, 1]);
});

test('A session that ends while the tab moves to another node is over on both', async () => {
  const { client, clock, sockets } = await ready({ user: jenny });
  const failed = assert.rejects(client.send(lobby, 'hello'), (error: ImError) => error.code === 'closed');
  client.useNode('realtime-2');
  await settled();
  await sockets[1]!.ends(4401);
  await failed;
  await clock.advance(60_000);
  assert.deepEqual([client.state.phase, sockets[0]!.closedWith, sockets.length], ['closed', 1000, 2]);
});

test('A silent node is asked after ten seconds and left five seconds later', async () => {
  const { client, clock, socket } = await ready();
  await clock.advance(9_999);
  assert.equal(socket().of('ping').length, 0);
  await clock.advance(1);
  assert.equal(socket().of('ping').length, 1);
  await socket().says({ type: 'pong', time: 0 });
  await clock.advance(10_000);
  assert.equal(socket().of('ping').length, 2);
  await clock.advance(5_000);
  assert.deepEqual([client.state.phase, client.state.cause], ['waiting', 'lost']);
});

test('A node that does not answer is doubted after a second and a half, until it does or is given up', async () => {
  const { client, clock, socket } = await ready();
  const doubts: (true | undefined)[] = [];
  client.on('state', ({ isDoubted }) => doubts.push(isDoubted));
  client.wake();
  await clock.advance(1_499);
  assert.deepEqual(doubts, []);
  await clock.advance(1);
  assert.deepEqual([client.state.phase, ...doubts], ['ready', true]);
  await socket().says({ type: 'pong', time: 0 });
  assert.deepEqual(doubts, [true, undefined]);
  client.wake(true);
  assert.deepEqual([client.state.phase, ...doubts], ['ready', true, undefined, true]);
  await clock.advance(5_000);
  assert.deepEqual([client.state.phase, client.state.isDoubted], ['waiting', undefined]);
});

test('What takes the connection and says nothing is left after four seconds, twice, and then after ten', async () => {
  const { client, clock, sockets, socket } = stage();
  client.connect();
  await settled();
  for (const ms of [4_000, 4_000, 10_000]) {
    const tries = sockets.length;
    await clock.advance(ms - 1);
    assert.deepEqual([client.state.phase, sockets.length], ['connecting', tries]);
    await clock.advance(1);
    assert.equal(client.state.phase, 'waiting');
    assert.notEqual(socket().closedWith, undefined);
    await clock.advance(client.state.retryAt! - clock.now());
    assert.equal(sockets.length, tries + 1);
  }
  await socket().greets();
  assert.equal(client.state.phase, 'ready');
});

test('On move the new connection is ready before the old one is closed', async () => {
  const { client, clock, sockets } = await ready();
  const [old] = sockets;
  await old!.says({ type: 'move', withinMs: 2_000 });
  await clock.advance(1_000);
  assert.equal(sockets.length, 2);
  assert.deepEqual([client.state.phase, old!.closedWith], ['ready', undefined]);
  await sockets[1]!.greets({ node: 'realtime-2' });
  assert.deepEqual([client.state.node, old!.closedWith], ['realtime-2', 1000]);
});

test('When the old node goes before the new one is ready, the new one is waited for', async () => {
  const { client, clock, sockets } = await ready();
  await sockets[0]!.says({ type: 'move', withinMs: 0 });
  await clock.advance(0);
  await sockets[0]!.ends(1012);
  assert.equal(client.state.phase, 'connecting');
  await clock.advance(3_000);
  assert.equal(sockets.length, 2);
  await sockets[1]!.greets({ node: 'realtime-2' });
  assert.equal(client.state.phase, 'ready');
});

test('A node can be asked for, at first and later', async () => {
  const { client, sockets } = await ready({}, { node: 'realtime-1' });
  assert.equal(sockets[0]!.url.href, 'ws://im.test/ws?node=realtime-1');
  client.useNode('realtime-2');
  await settled();
  assert.equal(sockets[1]!.url.search, '?node=realtime-2');
});

test('Waking tries at once, or asks a connection whether it lives', async () => {
  const { client, sockets, socket } = await ready();
  client.wake();
  assert.equal(socket().of('ping').length, 1);
  await socket().ends(1006);
  client.wake();
  await settled();
  assert.equal(sockets.length, 2);
});
