import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRoom, type ConversationSummary, type LogEvent } from '../src/index.ts';
import { asked, direct, jenny, linesAnswer, live, lobbyLine, range, ready, settled, type Stage } from './fakes.ts';

const room = '5b3c1f0a-8a17-4c6e-9d52-7e1f2a3b4c5d';

const line = (number: number): LogEvent & { line: number } => ({ ...lobbyLine(number), conversation: room });
const timeline = ({ client }: Stage) => client.timeline({ conversation: room });
const numbers = (it: Stage): number[] => timeline(it).lines.map((each) => each.line);

test('A room is told apart from a direct conversation by its id', () => {
  assert.deepEqual([room, direct, 'lobby', ''].map(isRoom), [true, false, false, false]);
});

test('What was said while the user was not in the room is neither older lines nor a gap', async () => {
  const it = await ready({ user: jenny });
  await it.socket().says(live(line(40)));
  const pages: [number[], boolean][] = [[range(38, 39), true], [range(11, 12), false]];
  for (const [lines, more] of pages) {
    const loading = timeline(it).loadOlder();
    await settled();
    const request = asked(it.socket()).at(-1)!;
    await it.socket().says({ ...linesAnswer(request.id, lines.map(line), 40, more), conversation: room });
    await loading;
  }
  assert.deepEqual(numbers(it), [11, 12, 38, 39, 40]);
  assert.deepEqual(timeline(it).gaps, []);
  assert.equal(timeline(it).hasOlder, false);
});

test('A hole that a page leaves is not asked for again: the stream goes on after it', async () => {
  const it = await ready({ user: jenny });
  const seen: number[] = [];
  it.client.on('event', ({ event }) => event.conversation === room && seen.push(event.seq));
  await it.socket().says(live(line(7))); // the user left with it
  await it.socket().says(live(line(20))); // and is back with this one
  await settled();
  const request = asked(it.socket()).at(-1)!;
  assert.deepEqual([request.type, (request as { after?: number }).after], ['events', 7]);
  await it.socket().says({ type: 'events', id: request.id, conversation: room, events: [line(20), line(21)], lastSeq: 21, more: false });
  await it.socket().says(live(line(22)));
  await settled();
  assert.deepEqual(seen, [7, 20, 21, 22]);
  assert.equal(asked(it.socket()).filter(({ type }) => type === 'events').length, 1);
});

test('Of a room that is not in the list any more what was said until the user left is read', async () => {
  const it = await ready({ user: jenny });
  await it.socket().says(live(line(7)));
  const before = it.socket();
  await before.ends(1006);
  while (it.socket() === before) await it.clock.advance(250);
  await it.socket().greets({ user: jenny });
  await settled();
  await it.socket().says({ type: 'conversations', id: it.socket().asked('conversations').id, conversations: [] as ConversationSummary[], unread: 0 });
  await settled();
  const request = it.socket().sent.find((frame) => frame.type === 'events' && 'conversation' in frame && frame.conversation === room) as { id: string; after: number } | undefined;
  assert.equal(request?.after, 7);
});
