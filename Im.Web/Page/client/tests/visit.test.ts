import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby, type Visit } from '../src/index.ts';
import { answerHistory, direct, jenny, listen, live, loaded, lobbyLine, range, ready, settled, stage, tom, type Stage } from './fakes.ts';

const summary = { conversation: direct, kind: 'direct', peer: tom, lastSeq: 2, lastLine: 2, readLine: 2, unread: 0 };
const directLine = (line: number) => ({ ...lobbyLine(line), conversation: direct, to: jenny.id });

/** What an application has kept of Jenny, with lobby lines 41 to 43 and two of Tom. */
async function visited(): Promise<Visit> {
  const it = await ready({ user: jenny, lobbyLastSeq: 40, conversations: [{ ...summary, lastSeq: 0, lastLine: 0 }] });
  for (const line of [41, 42, 43]) await it.socket().says(live(lobbyLine(line)));
  for (const line of [1, 2]) await it.socket().says(live(directLine(line)));
  return JSON.parse(JSON.stringify(it.client.visit([lobby, { user: tom.id }], 50))) as Visit;
}

async function restored(greeting: Parameters<ReturnType<Stage['socket']>['greets']>[0]): Promise<Stage> {
  const it = stage();
  it.client.restore(await visited());
  assert.deepEqual([it.client.me, loaded(it)], [jenny, [41, 42, 43]]);
  it.client.connect();
  await settled();
  await it.socket().greets(greeting);
  return it;
}

test('A client that begins with an earlier visit goes on from it: only what it missed is read', async () => {
  const it = await restored({ user: jenny, lobbyLastSeq: 43, conversations: [{ ...summary, lastSeq: 3 }] });
  const seen = listen(it);
  assert.deepEqual(it.socket().of('lines'), []);
  const [asked, ...others] = it.socket().of('events');
  assert.deepEqual([asked?.after, 'user' in asked! ? asked.user : undefined, others], [2, tom.id, []]);
  const recall = { conversation: direct, seq: 3, kind: 'recall', target: 2, effect: 'erase', id: 'r-1', from: { id: tom.id, nickname: tom.nickname }, to: jenny.id, content: {}, at: 9, node: 'realtime-1' };
  await it.socket().says({ type: 'events', id: asked!.id, conversation: direct, events: [recall], lastSeq: 3, more: false });
  assert.deepEqual(it.client.timeline({ user: tom.id }).lines.map(({ content }) => content), [{ text: 'number 1' }, undefined]);
  await it.socket().says(live(lobbyLine(44)));
  assert.deepEqual([seen, loaded(it)], [[44], range(41, 44)]);
});

test('Of another user nothing of it is left, nor for a guest', async () => {
  for (const user of [tom, null]) {
    const it = await restored({ user, lobbyLastSeq: 43 });
    assert.equal(it.client.me?.id, user?.id);
    assert.deepEqual(it.client.timeline({ user: tom.id }).lines, []);
  }
});

test('In another life of the store its numbers mean nothing: the newest page is read', async () => {
  const it = await restored({ user: jenny, lobbyLastSeq: 3, epoch: 'life-2' });
  const asked = it.socket().of('lines');
  assert.equal(asked.length, 2); // the lobby's and Tom's
  await answerHistory(it.socket(), 3, asked.find((each) => 'conversation' in each));
  assert.deepEqual(loaded(it), [1, 2, 3]);
});

test('Only so many lines of each are kept, and none for a guest', async () => {
  const it = await ready({ user: jenny, lobbyLastSeq: 40 });
  for (const line of range(41, 99)) await it.socket().says(live(lobbyLine(line)));
  assert.deepEqual(it.client.visit([lobby, { user: tom.id }], 50)?.timelines.map(({ lines, lastSeq }) => [lines.length, lastSeq]), [[50, 99]]);
  assert.equal((await ready({ lobbyLastSeq: 40 })).client.visit([lobby], 50), undefined);
});
