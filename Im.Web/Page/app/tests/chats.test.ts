import './browser.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { ConversationSummary, ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';
import { chatOf, personOf, reading } from '../src/state/chats.ts';
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
