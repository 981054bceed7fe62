import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby } from '../src/index.ts';
import { jenny, ready, settled } from './fakes.ts';

const listed = (readLine: number) => ({ conversation: 'lobby', kind: 'lobby', lastSeq: 9, lastLine: 9, readLine, unread: 9 - readLine });

/** Jenny has read the lobby up to 9. */
async function lobbyReadTo9() {
  const it = await ready({ user: jenny, lobbyLastSeq: 9, conversations: [listed(9)] });
  const heard: number[] = [];
  it.client.on('unread', ({ line }) => heard.push(line));
  return { ...it, heard };
}

test('A read says what it knows, and one that overlooked that the position was put back learns of it, once', async () => {
  const { client, socket, heard } = await lobbyReadTo9();
  const reading = client.read(lobby, 10);
  await settled();
  const { id, known } = socket().asked('read');
  assert.equal(known, 9);
  await socket().says({ type: 'ack', id, conversation: 'lobby', seq: 4, line: 4 });
  await reading;
  assert.deepEqual(heard, [5]);
  await socket().says({ type: 'unread', conversation: 'lobby', line: 5 });
  assert.deepEqual(heard, [5]);
});

test('What was put back while the client was away is told before the list that says so', async () => {
  const { client, socket, heard } = await lobbyReadTo9();
  const order: string[] = [];
  client.on('unread', () => order.push('unread'));
  client.on('conversations', () => order.push('conversations'));
  await socket().ends(1006);
  client.wake();
  await settled();
  await socket().greets({ user: jenny, lobbyLastSeq: 9, conversations: [listed(4)] });
  assert.deepEqual([heard, order], [[5], ['unread', 'conversations']]);
});

test('A read told late does not undo what was put back, and a line of one’s own reads what stands before it', async () => {
  const { client, socket, heard } = await lobbyReadTo9();
  const marking = client.unread(lobby, 5);
  await settled();
  await socket().says({ type: 'ack', id: socket().asked('unread').id, conversation: 'lobby', seq: 4, line: 4 });
  await marking;
  assert.deepEqual(heard, [5]);
  await socket().says({ type: 'event', conversation: 'lobby', seq: 10, line: 10, kind: 'text', id: 'm-10', from: jenny, content: { text: 'hi' }, at: 0, node: 'realtime-1' });
  void client.read(lobby, 11);
  await settled();
  assert.equal(socket().asked('read').known, 10);
});
