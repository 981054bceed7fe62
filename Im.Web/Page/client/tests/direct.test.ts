import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jenny, settled, stage, type Stage } from './fakes.ts';

const door = (node = 'realtime-1', connectTicket = 'imc_1') => [200, { node, url: `wss://${node}.im.test/ws`, connectTicket, expiresInSeconds: 30 }] as [number, unknown];

async function open(options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const it = stage({ direct: true, ...options });
  it.answers.set('GET /api/connect', door());
  it.client.connect();
  await settled();
  return it;
}

const asked = ({ requests }: Stage) => requests.filter(({ path }) => path === '/api/connect').map(({ search }) => search);

test('A client goes straight to the node it is handed, with the ticket among the protocols and nowhere else', async () => {
  const it = await open();
  await it.socket().greets({ user: jenny });
  assert.deepEqual([it.socket().url.href, it.socket().protocols, it.socket().headers], ['wss://realtime-1.im.test/ws', ['im.v2', 'im.ticket.imc_1'], {}]);
  assert.deepEqual(it.client.state, { phase: 'ready', node: 'realtime-1', attempt: 0, isDirect: true });
});

test('Where nobody answers there the gateway is dialled at once, and the node again after a minute, two, four', async () => {
  const it = await open({ node: 'realtime-1' });
  await it.socket().ends(1006);
  assert.deepEqual([it.sockets.length, it.socket().url.href, it.socket().protocols, it.client.state.phase], [2, 'ws://im.test/ws?node=realtime-1', ['im.v2'], 'connecting']);
  await it.socket().greets();
  const gateway = it.socket();
  assert.deepEqual(it.client.state, { phase: 'ready', node: 'realtime-1', attempt: 0 });
  let pause = 60_000;
  for (const dials of [3, 4]) {
    for (const until = it.clock.now() + pause - 1; it.clock.now() < until; await gateway.says({ type: 'pong', time: 0 })) await it.clock.advance(Math.min(9_000, until - it.clock.now()));
    assert.equal(it.sockets.length, dials - 1);
    await it.clock.advance(10);
    assert.equal(it.sockets.length, dials);
    await it.socket().ends(1006); // in vain: what there is, stays
    assert.deepEqual([it.sockets.length, it.client.state.phase, gateway.closedWith], [dials, 'ready', undefined]);
    pause *= 2;
  }
  for (const until = it.clock.now() + pause; it.clock.now() < until; await gateway.says({ type: 'pong', time: 0 })) await it.clock.advance(9_000);
  await it.socket().greets();
  assert.deepEqual([it.sockets.length, it.client.state.isDirect, gateway.closedWith], [5, true, 1000]);
});

test('A server that cannot say its nodes when they are to be tried again is asked once more, one that has none any more is not', async () => {
  const it = await open();
  await it.socket().ends(1006);
  await it.socket().greets();
  const gateway = it.socket();
  const pass = async (ms: number) => {
    for (const until = it.clock.now() + ms; it.clock.now() < until; await gateway.says({ type: 'pong', time: 0 })) await it.clock.advance(9_000);
  };
  it.answers.set('GET /api/connect', [503, { code: 'unavailable' }]);
  await pass(60_000);
  assert.equal(asked(it).length, 2);
  await pass(120_000);
  assert.equal(asked(it).length, 3);
  it.answers.set('GET /api/connect', [200, {}]);
  await pass(1_200_000);
  assert.deepEqual([asked(it).length, gateway.closedWith], [4, undefined]);
});

test('What takes the connection and says nothing is left for the gateway after four seconds', async () => {
  const it = await open();
  await it.clock.advance(3_999);
  assert.equal(it.sockets.length, 1);
  await it.clock.advance(1);
  assert.deepEqual([it.sockets.length, it.socket().url.href], [2, 'ws://im.test/ws']);
});

test('A server that hands out no node, refuses or does not answer leaves the gateway', async () => {
  for (const answer of [[200, {}], [404, { code: 'not_found' }], [429, { code: 'slow_down' }], [503, { code: 'unavailable' }]] as [number, unknown][]) {
    const it = stage({ direct: true });
    it.answers.set('GET /api/connect', answer);
    it.client.connect();
    await settled();
    assert.equal(it.socket().url.href, 'ws://im.test/ws');
  }
});

test('A tab that is moved, or whose node died, asks again for another node', async () => {
  const it = await open();
  await it.socket().greets();
  it.answers.set('GET /api/connect', door('realtime-2', 'imc_2'));
  await it.socket().says({ type: 'move', withinMs: 0 });
  await it.clock.advance(0);
  await it.socket().greets({ node: 'realtime-2' });
  assert.deepEqual([it.client.state.node, it.client.state.isDirect, it.sockets[0]!.closedWith], ['realtime-2', true, 1000]);
  await it.socket().ends(1006);
  await it.clock.advance(1_000);
  await it.socket().greets({ node: 'realtime-2' });
  assert.deepEqual(asked(it), ['', '?avoid=realtime-1', '?avoid=realtime-2']);
  it.client.useNode('realtime-2');
  await settled();
  await it.socket().greets({ node: 'realtime-2' });
  await it.socket().ends(1006); // it was asked for, and may be there after all
  await it.clock.advance(1_000);
  assert.deepEqual(asked(it).slice(3), ['?node=realtime-2', '?node=realtime-2']);
});

test('With a WebSocket of its own a program stays with the gateway unless it says that it offers the protocols', async () => {
  const it = stage();
  it.answers.set('GET /api/connect', door());
  it.client.connect();
  await settled();
  assert.deepEqual([it.socket().url.href, asked(it)], ['ws://im.test/ws', []]);
});
