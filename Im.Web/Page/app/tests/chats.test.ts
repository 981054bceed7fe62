import './browser.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { ConversationSummary, ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';
import { chatOf, reading } from '../src/state/chats.ts';
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
