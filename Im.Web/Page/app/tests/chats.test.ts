import './browser.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { textOf, type ConversationSummary, type ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';
import { chatList, chatOf, hasMore, listKnown, loadMore, personOf, reading, readTo, unreadTotal } from '../src/state/chats.ts';
import { client } from '../src/state/im.ts';
import { goInstead } from '../src/state/route.ts';

/** As if a node had said it. */
const hears = <Name extends keyof ImEvents>(name: Name, payload: ImEvents[Name]): void =>
  (client as unknown as { emit(name: Name, payload: ImEvents[Name]): void }).emit(name, payload);

const summary = (change: Partial<ConversationSummary> = {}): ConversationSummary => ({ conversation: 'c-1', kind: 'direct', peer: tom, lastSeq: 900, lastLine: 400, readLine: 100, unread: 300, ...change });

beforeEach(() => {
  hears('me', null);
  reading.value = undefined;
  goInstead('#/lobby');
  hears('me', jenny);
});

test('A conversation that was selected is not read: what was on the screen is', () => {
  hears('conversations', [summary()]);
  goInstead(`#/u/${tom.id}`);
  assert.equal(chatOf(tom.id).unread, 300);
  readTo(tom.id, 120);
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).readLine], [280, 120]);
  readTo(tom.id, 110);
  assert.equal(chatOf(tom.id).readLine, 120);
  readTo(tom.id, 400);
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).readLine], [0, 400]);
});

test('At the end of a conversation what comes live is read as it comes, and what was missed is not', () => {
  const kim = { id: 'k-1', nickname: 'Kim', brief: '' };
  const list = (lastLine: number, readLine: number) => hears('conversations', [summary({ peer: kim, lastSeq: lastLine, lastLine, readLine, unread: lastLine - readLine })]);
  list(400, 400);
  reading.value = kim.id;
  says(401, kim, jenny, {}, true);
  assert.equal(chatOf(kim.id).unread, 0);
  says(402, kim, jenny);
  assert.equal(chatOf(kim.id).unread, 1);
  list(402, 401);
  assert.equal(chatOf(kim.id).unread, 1);
});

test('How far somebody has read is known from their own list alone', () => {
  assert.equal(listKnown.value, false);
  hears('conversations', [summary()]);
  assert.equal(listKnown.value, true);
  hears('me', null);
  assert.equal(listKnown.value, false);
});

test('What was read in another window of a conversation that is not loaded here leaves the rest unread', () => {
  hears('conversations', [summary()]);
  hears('read', { timeline: client.timeline({ user: tom.id }), line: 150 });
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).readLine], [250, 150]);
});

const from = ({ id, nickname }: typeof tom) => ({ id, nickname });

/** As if a node had brought it. */
function says(line: number, writer: typeof tom, to: typeof tom, content: object = {}, live = false): void {
  const timeline = client.timeline({ user: writer === jenny ? to.id : writer.id });
  timeline.accept({ conversation: 'c-1', seq: line, line, kind: 'text', id: `m-${line}`, from: from(writer), to: to.id, content: { text: `number ${line}`, ...content }, at: line, node: 'realtime-1', ...(live && { via: { node: 'realtime-1', ms: 1 } }) });
}

test('A list that is older than what was said meanwhile takes nothing of it back', () => {
  hears('conversations', [summary({ readLine: 400, unread: 0 })]);
  for (const [line, writer, to] of [[401, tom, jenny], [402, jenny, tom], [403, tom, jenny]] as const) says(line, writer, to);
  hears('conversations', [summary({ lastLine: 401, readLine: 398, unread: 3 })]);
  const { unread, lastLine, last } = chatOf(tom.id);
  assert.deepEqual([unread, lastLine, textOf(last)], [1, 403, 'number 403']); // who writes has read what stands before
});

test('A conversation that began while the list was on its way is not lost, and one that is gone goes', () => {
  const lin = { id: 'b-1', nickname: 'Lin', brief: '' };
  says(1, lin, jenny);
  hears('conversations', []);
  assert.deepEqual([chatOf(lin.id).lastLine, chatOf(lin.id).unread], [1, 1]);
  hears('conversations', []);
  assert.equal(chatOf(lin.id).lastLine, 0);
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
  summary({ conversation: `c-p-${number}`, peer: person(number), lastSeq: 1, lastLine: 1, readLine: 0, unread: 1, stranger: true, last: { conversation: `c-p-${number}`, seq: 1, line: 1, kind: 'text', id: 'm', from: from(person(number)), to: jenny.id, content: { text: 'x' }, effects: [], at: number, node: 'n' }, ...change });

const known = (number: number, change: Partial<ConversationSummary> = {}) => of(number, { stranger: false, ...change });

test('What is unread on further pages is in the total, and is reached by asking for them', async () => {
  hears('further', { next: 'cursor-1', unread: 4 });
  hears('conversations', [known(1), known(2), of(7)]); // a request counts for nothing
  assert.deepEqual([unreadTotal.value, hasMore.value], [6, true]);
  const asked: unknown[] = [];
  (client as unknown as { conversationsPage(after?: string): Promise<unknown> }).conversationsPage = (after) => {
    asked.push(after);
    return Promise.resolve(after === 'cursor-1' ? { conversations: [known(3), known(4)], next: 'cursor-2' } : { conversations: [known(5, { lastLine: 2, unread: 2 })] });
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
  timeline.accept({ conversation: 'c-p-8', seq: 2, line: 2, kind: 'text', id: 'mine', from: from(jenny), to: 'p-8', content: { text: 'hello' }, at: 20, node: 'n' });
  assert.deepEqual(order(), ['p-8', 'p-1', 'p-9']);
});

test('What was loaded of further pages stays over a new list, and is counted once', async () => {
  hears('further', { next: 'cursor-1', unread: 2 });
  hears('conversations', [known(1)]);
  (client as unknown as { conversationsPage(): Promise<unknown> }).conversationsPage = () => Promise.resolve({ conversations: [known(3)], next: 'cursor-2' });
  await loadMore();
  delete (client as { conversationsPage?: unknown }).conversationsPage;
  hears('further', { next: 'cursor-1', unread: 2 });
  hears('conversations', [known(1)]);
  assert.deepEqual([chatOf('p-3').lastLine, unreadTotal.value], [1, 3]);
});

test('A mention is counted by itself, and read with its line', () => {
  hears('conversations', [summary({ lastLine: 403, readLine: 403, unread: 0 })]);
  says(404, tom, jenny, { mentions: [jenny.id] });
  says(405, tom, jenny);
  says(406, tom, jenny, { all: true });
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).mentions], [3, 2]);
  hears('read', { timeline: client.timeline({ user: tom.id }), line: 405 });
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).mentions], [1, 1]);
  readTo(tom.id, 406);
  assert.deepEqual([chatOf(tom.id).unread, chatOf(tom.id).mentions], [0, 0]);
});

test('The last words follow what happens to them, and whoever writes has read', () => {
  hears('conversations', [summary({ lastLine: 406, readLine: 406, unread: 0, peerReadLine: 380 })]);
  says(407, tom, jenny);
  assert.equal(chatOf(tom.id).peerReadLine, 407);
  const timeline = client.timeline({ user: tom.id });
  timeline.accept({ conversation: 'c-1', seq: 408, kind: 'recall', target: 407, effect: 'erase', slot: '', id: 'r', from: from(tom), to: jenny.id, content: {}, at: 402, node: 'n' });
  assert.deepEqual([chatOf(tom.id).last?.erased, chatOf(tom.id).unread], [true, 1]);
});

test('Of another life of the store nothing is kept', () => {
  hears('conversations', [summary()]);
  hears('epoch', undefined);
  hears('conversations', [summary({ lastLine: 7, readLine: 7, unread: 0 })]);
  assert.deepEqual([chatOf(tom.id).lastLine, chatOf(tom.id).unread], [7, 0]);
});
