import './browser.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { ConversationSummary, ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';
import { chatList, chatOf, hasMore, loadMore, personOf, reading, unreadTotal } from '../src/state/chats.ts';
import { client } from '../src/state/im.ts';
import { goInstead } from '../src/state/route.ts';

/** As if a node had said it. */
const hears = <Name extends keyof ImEvents>(name: Name, payload: ImEvents[Name]): void =>
  (client as unknown as { emit(name: Name, payload: ImEvents[Name]): void }).emit(name, payload);

const summary = (change: Partial<ConversationSummary> = {}): ConversationSummary => ({ conversation: 'c-1', kind: 'direct', peer: tom, lastSeq: 400, readSeq: 100, unread: 300, ...change });

beforeEach(() => {
  hears('me', null);
  reading.value = undefined;
  goInstead('#/lobby');
  hears('me', jenny);
});

test('A conversation that was selected is not read before it is the one on the screen', () => {
  hears('conversations', [summary()]);
  reading.value = 'lobby';
  goInstead(`#/u/${tom.id}`);
  assert.equal(chatOf(tom.id).unread, 300);
  reading.value = tom.id;
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).readSeq], [0, 400]);
});

test('What was read in another window of a conversation that is not loaded here leaves the rest unread', () => {
  hears('conversations', [summary()]);
  hears('read', { timeline: client.timeline({ user: tom.id }), seq: 150 });
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).readSeq], [250, 150]);
});

const from = ({ id, nickname }: typeof tom) => ({ id, nickname });

/** As if a node had brought it. */
function says(seq: number, writer: typeof tom, to: typeof tom): void {
  const timeline = client.timeline({ user: writer === jenny ? to.id : writer.id });
  timeline.accept({ conversation: 'c-1', seq, id: `m-${seq}`, from: from(writer), to: to.id, text: `number ${seq}`, at: seq, node: 'realtime-1' });
}

test('A list that is older than what was said meanwhile takes nothing of it back', () => {
  hears('conversations', [summary({ readSeq: 400, unread: 0 })]);
  for (const [seq, writer, to] of [[401, tom, jenny], [402, jenny, tom], [403, tom, jenny]] as const) says(seq, writer, to);
  hears('conversations', [summary({ lastSeq: 401, readSeq: 398, unread: 3 })]);
  const { unread, lastSeq, last } = chatOf(tom.id);
  assert.deepEqual([unread, lastSeq, last?.text], [4, 403, 'number 403']);
});

test('A conversation that began while the list was on its way is not lost, and one that is gone goes', () => {
  const lin = { id: 'b-1', nickname: 'Lin', brief: '' };
  says(1, lin, jenny);
  hears('conversations', []);
  assert.deepEqual([chatOf(lin.id).lastSeq, chatOf(lin.id).unread], [1, 1]);
  hears('conversations', []);
  assert.equal(chatOf(lin.id).lastSeq, 0);
});

test('Whoever is written to keeps their name when they go offline before anything was said', () => {
  const ann = { id: 'a-1', nickname: 'Ann', brief: 'away soon' };
  hears('presence', { users: [{ ...ann, places: 1 }], guests: 0, online: 1 });
  goInstead(`#/u/${ann.id}`);
  hears('presence', { users: [], guests: 0, online: 0 });
  assert.equal(personOf(ann.id)?.nickname, 'Ann');
});

const person = (number: number) => ({ id: `p-${number}`, nickname: `Person ${number}`, brief: '' });
const of = (number: number, change: Partial<ConversationSummary> = {}) =>
  summary({ conversation: `c-p-${number}`, peer: person(number), lastSeq: 1, readSeq: 0, unread: 1, stranger: true, last: { conversation: `c-p-${number}`, seq: 1, id: 'm', from: from(person(number)), to: jenny.id, text: 'x', at: number, node: 'n' }, ...change });

test('What is unread on further pages is in the total, and is reached by asking for them', async () => {
  hears('further', { next: 'cursor-1', unread: 4 });
  hears('conversations', [of(1), of(2)]);
  assert.deepEqual([unreadTotal.value, hasMore.value], [6, true]);
  const asked: unknown[] = [];
  (client as unknown as { conversationsPage(after?: string): Promise<unknown> }).conversationsPage = (after) => {
    asked.push(after);
    return Promise.resolve(after === 'cursor-1' ? { conversations: [of(3), of(4)], next: 'cursor-2' } : { conversations: [of(5, { unread: 2 })] });
  };
  await loadMore();
  assert.deepEqual([unreadTotal.value, chatOf('p-3').unread, hasMore.value], [6, 1, true]);
  await loadMore();
  assert.deepEqual([asked, unreadTotal.value, chatOf('p-5').unread, hasMore.value], [['cursor-1', 'cursor-2'], 6, 2, false]);
  delete (client as { conversationsPage?: unknown }).conversationsPage;
});

test('People one has written to stand before strangers, and writing to one makes them known', () => {
  hears('further', { next: undefined, unread: 0 });
  hears('conversations', [of(1, { stranger: false }), of(9), of(8)]);
  const order = () => chatList.value.map(({ key }) => key).filter((key) => key.startsWith('p-'));
  assert.deepEqual(order(), ['p-1', 'p-9', 'p-8']);
  const timeline = client.timeline({ user: 'p-8' });
  timeline.accept({ conversation: 'c-p-8', seq: 2, id: 'mine', from: from(jenny), to: 'p-8', text: 'hello', at: 20, node: 'n' });
  assert.deepEqual(order(), ['p-8', 'p-1', 'p-9']);
});

test('What was loaded of further pages stays over a new list, and is counted once', async () => {
  hears('further', { next: 'cursor-1', unread: 2 });
  hears('conversations', [of(1)]);
  (client as unknown as { conversationsPage(): Promise<unknown> }).conversationsPage = () => Promise.resolve({ conversations: [of(3)], next: 'cursor-2' });
  await loadMore();
  delete (client as { conversationsPage?: unknown }).conversationsPage;
  hears('further', { next: 'cursor-1', unread: 2 });
  hears('conversations', [of(1)]);
  assert.deepEqual([chatOf('p-3').lastSeq, unreadTotal.value], [1, 3]);
});
