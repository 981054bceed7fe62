import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImError, lobby } from '../src/index.ts';
import { direct, jenny, live, lobbyLine, ready, settled, tom } from './fakes.ts';

const texts = (frames: readonly { content: object }[]) => frames.map(({ content }) => (content as { text: string }).text);

test('A send is kept until its ack, one at a time for one addressee', async () => {
  const { client, socket } = await ready({ user: jenny });
  const first = client.send(lobby, 'one', 'id-1');
  void client.send(lobby, 'two', 'id-2');
  void client.send({ user: tom.id }, 'three', 'id-3');
  assert.deepEqual(texts(socket().of('post')), ['one', 'three']);
  assert.deepEqual(client.unsent, ['id-1', 'id-2', 'id-3']);
  await socket().says({ type: 'ack', id: 'id-1', conversation: 'lobby', seq: 1, at: 5 });
  assert.equal((await first).seq, 1);
  assert.deepEqual(texts(socket().of('post')), ['one', 'three', 'two']);
});

test('What was not acked is sent again after a reconnect, same ids, in order', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  for (const id of ['1', '2', '3']) void client.send(lobby, `text ${id}`, id);
  await socket().ends(1006);
  void client.send(lobby, 'text 4', '4');
  await clock.advance(500);
  await socket().greets({ user: jenny, node: 'realtime-2' });
  for (const id of ['1', '2', '3', '4']) {
    assert.equal(socket().asked('post').id, id);
    await socket().says({ type: 'ack', id, conversation: 'lobby', seq: Number(id), duplicate: id === '1' });
  }
  assert.deepEqual(client.unsent, []);
});

test('A message of ours that turns up as stored needs no second sending', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  const sent = client.send(lobby, 'hello', 'id-1');
  await socket().ends(1006);
  await clock.advance(500);
  await socket().greets({ user: jenny, lobbyLastSeq: 1 });
  const { id } = socket().asked('events');
  await socket().says({ type: 'events', id, conversation: 'lobby', events: [lobbyLine(1, jenny, 'id-1')], lastSeq: 1, more: false });
  assert.equal((await sent).seq, 1);
  assert.deepEqual(socket().of('post'), []);
});

test('A refusal that allows it is tried again with the same id, before what comes after it', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  void client.send(lobby, 'one', 'id-1');
  void client.send(lobby, 'two', 'id-2');
  await socket().says({ type: 'error', id: 'id-1', code: 'busy', message: '', retryAfterMs: 250 });
  await clock.advance(249);
  assert.deepEqual(texts(socket().of('post')), ['one']);
  await clock.advance(1);
  assert.deepEqual(texts(socket().of('post')), ['one', 'one']);
});

test('A refusal for a while is one pause for all messages, in whichever conversation', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  void client.send(lobby, 'one', 'id-1');
  void client.send({ user: tom.id }, 'two', 'id-2');
  await socket().says({ type: 'error', id: 'id-1', code: 'unavailable', message: '', retryAfterMs: 3_000 });
  await socket().says({ type: 'error', id: 'id-2', code: 'unavailable', message: '', retryAfterMs: 250 });
  void client.send({ user: jenny.id.replace('a', 'b') }, 'three', 'id-3');
  await clock.advance(2_999);
  assert.deepEqual(texts(socket().of('post')), ['one', 'two']);
  await clock.advance(1);
  assert.deepEqual(texts(socket().of('post')), ['one', 'two', 'one', 'two', 'three']);
});

test('At most 32 messages are under way, however many conversations wait', async () => {
  const { client, socket } = await ready({ user: jenny });
  const peers = Array.from({ length: 40 }, (_, i) => `0f9a6c1e-7d44-4b8e-9c3a-${String(i).padStart(12, '0')}`);
  for (const [i, user] of peers.entries()) void client.send({ user }, `text ${i}`, `id-${i}`);
  assert.equal(socket().of('post').length, 32);
  await socket().says({ type: 'ack', id: 'id-0', conversation: direct, seq: 1 });
  assert.equal(socket().of('post').length, 33);
});

test('A final refusal fails the send and lets the next one go', async () => {
  const { client, socket } = await ready({ user: jenny });
  const failed = assert.rejects(client.send(lobby, '', 'id-1'), (error: ImError) => error.code === 'text_empty');
  void client.send(lobby, 'two', 'id-2');
  await socket().says({ type: 'error', id: 'id-1', code: 'text_empty', message: '' });
  await failed;
  assert.equal(socket().asked('post').id, 'id-2');
});

test('An internal error five times over is final', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  const failed = assert.rejects(client.send(lobby, 'one', 'id-1'), (error: ImError) => error.code === 'internal');
  for (let tries = 1; tries <= 5; tries++) {
    assert.equal(socket().of('post').length, tries);
    await socket().says({ type: 'error', id: 'id-1', code: 'internal', message: '' });
    // The node answers pings meanwhile.
    for (let second = 0; second < 10; second++) {
      await clock.advance(1_000);
      await socket().says({ type: 'pong', time: 0 });
    }
  }
  await failed;
});

test('No answer on a living connection: sent again after ten seconds', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  void client.send(lobby, 'one', 'id-1');
  await clock.advance(5_000);
  await socket().says({ type: 'pong', time: 0 });
  await clock.advance(5_000);
  assert.deepEqual(socket().of('post').map((frame) => frame.id), ['id-1', 'id-1']);
});

test('What one user wrote is not sent in the name of the next', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  const failed = assert.rejects(client.send({ user: tom.id }, 'private', 'id-1'), (error: ImError) => error.code === 'not_logged_in');
  await socket().ends(1006);
  await clock.advance(500);
  await socket().greets({ user: tom });
  await failed;
  assert.deepEqual(socket().of('post'), []);
});

test('What was written waits for its author where the session is lost, and goes out when the same user is back', async () => {
  const { client, clock, answers, socket } = await ready({ user: jenny });
  const first = client.send(lobby, 'one', 'id-1');
  const second = client.send(lobby, 'two', 'id-2');
  await socket().ends(1006);
  await clock.advance(500);
  await socket().greets(); // Redis has lost its data: a guest
  await clock.advance(5_000);
  assert.deepEqual([client.me, socket().of('post'), client.unsent], [null, [], ['id-1', 'id-2']]);

  answers.set('POST /api/login', [200, { user: jenny, created: false }]);
  const login = client.login('Jenny', 'secret password');
  await settled();
  await socket().says({ type: 'session', reason: 'authenticated', id: socket().asked('authenticate').id, session: 's-2', user: jenny });
  await login;
  await socket().says({ type: 'ack', id: 'id-1', conversation: 'lobby', seq: 1 });
  await socket().says({ type: 'ack', id: 'id-2', conversation: 'lobby', seq: 2 });
  assert.deepEqual([(await first).seq, (await second).seq, socket().of('post').map((frame) => frame.id)], [1, 2, ['id-1', 'id-2']]);
});

test('What waits for its author is not sent by somebody else, nor after a logout', async () => {
  for (const next of ['another user', 'logout']) {
    const { client, clock, socket, answers } = await ready({ user: jenny });
    const failed = assert.rejects(client.send(lobby, 'one', 'id-1'), (error: ImError) => error.code === 'not_logged_in');
    await socket().ends(1006);
    await clock.advance(500);
    await socket().greets();
    answers.set('POST /api/logout', [204]);
    if (next === 'logout') await client.logout();
    else await socket().says({ type: 'session', reason: 'authenticated', session: 's-2', user: tom });
    await failed;
    assert.deepEqual([socket().of('post'), client.unsent], [[], []], next);
  }
});

test('The same id again, while it waits, is the same message', async () => {
  const { client, socket } = await ready({ user: jenny });
  const both = [client.send(lobby, 'one', 'id-1'), client.send(lobby, 'one', 'id-1')];
  await socket().says({ type: 'ack', id: 'id-1', conversation: 'lobby', seq: 1 });
  assert.deepEqual((await Promise.all(both)).map((ack) => ack.seq), [1, 1]);
  assert.equal(socket().of('post').length, 1);
});

test('A first message to somebody and the next ones keep their order though the conversation is new', async () => {
  const { client, socket } = await ready({ user: jenny });
  void client.send({ user: tom.id }, 'one', 'id-1');
  await socket().says({ type: 'ack', id: 'id-1', conversation: direct, seq: 1 });
  void client.send({ user: tom.id }, 'two', 'id-2');
  void client.send({ conversation: direct }, 'three', 'id-3');
  assert.deepEqual(texts(socket().of('post')), ['one', 'two']);
  assert.equal(client.timeline({ conversation: direct }), client.timeline({ user: tom.id }));
});

test('Typing goes out once in two seconds for each conversation', async () => {
  const { client, clock, socket } = await ready({ user: jenny });
  for (let key = 0; key < 5; key++) client.typing(lobby);
  client.typing({ user: tom.id });
  assert.equal(socket().of('typing').length, 2);
  await clock.advance(2_000);
  client.typing(lobby);
  assert.equal(socket().of('typing').length, 3);
});

test('The ack may come before or after the message itself', async () => {
  const { client, socket } = await ready({ user: jenny });
  const seen: number[] = [];
  client.on('event', ({ event }) => seen.push(event.seq));
  const sent = client.send(lobby, 'one', 'id-1');
  await socket().says(live(lobbyLine(1, jenny, 'id-1')));
  assert.equal((await sent).seq, 1);
  await socket().says({ type: 'ack', id: 'id-1', conversation: 'lobby', seq: 1 });
  await settled();
  assert.deepEqual(seen, [1]);
});
