import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby, type LogEvent } from '../src/index.ts';
import { answerHistory, direct, jenny, linesAnswer, listen, live, loaded, lobbyLine, range, ready, settled, tom } from './fakes.ts';

test('A double is dropped', async () => {
  const it = await ready({ lobbyLastSeq: 41 });
  const seen = listen(it);
  for (const seq of [42, 42, 41, 43, 42]) await it.socket().says(live(lobbyLine(seq)));
  assert.deepEqual(seen, [42, 43]);
});

test('A hole is filled with events before what comes after it', async () => {
  const it = await ready({ lobbyLastSeq: 41 });
  const seen = listen(it);
  for (const seq of [42, 45, 46]) await it.socket().says(live(lobbyLine(seq)));
  assert.deepEqual(seen, [42]);
  assert.deepEqual([it.socket().of('events').length, it.socket().asked('events').after], [1, 42]);
  await answerHistory(it.socket(), 46);
  assert.deepEqual(seen, range(42, 46));
});

test('What came live keeps how it came, what came from history has no such thing', async () => {
  const it = await ready({ lobbyLastSeq: 41 });
  await it.socket().says(live(lobbyLine(43)));
  await answerHistory(it.socket(), 43);
  assert.deepEqual(it.client.timeline(lobby).lines.map((line) => line.via?.node), [undefined, 'realtime-2']);
});

test('After a reconnect everything missed is read in pages, then live goes on', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  const seen = listen(it);
  await it.socket().ends(1006);
  await it.clock.advance(500);
  await it.socket().greets({ lobbyLastSeq: 150 });
  await it.socket().says(live(lobbyLine(151)));
  for (let page = 0; page < 2; page++) await answerHistory(it.socket(), 151);
  await it.socket().says(live(lobbyLine(152)));
  assert.deepEqual(seen, range(6, 152));
});

test('A request that was under way when the connection ended is asked again', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  const seen = listen(it);
  await it.socket().says(live(lobbyLine(8)));
  await it.socket().ends(4500);
  await it.clock.advance(500);
  await it.socket().greets({ lobbyLastSeq: 8 });
  assert.equal(it.socket().of('events').length, 1);
  await answerHistory(it.socket(), 8);
  assert.deepEqual(seen, [6, 7, 8]);
});

test('A hole that the log does not know either does not stop the conversation for ever', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  const seen = listen(it);
  await it.socket().says(live(lobbyLine(8)));
  for (let tries = 0; tries < 5; tries++) {
    await answerHistory(it.socket(), 5);
    await it.clock.advance(4_000);
    await it.socket().says({ type: 'pong', time: 0 });
    await it.clock.advance(4_000);
  }
  assert.deepEqual(seen, [8]);
});

test('Older pages join at the front until there are no more', async () => {
  const it = await ready({ lobbyLastSeq: 120 });
  for (const first of [71, 21, 1]) {
    const reading = it.client.timeline(lobby).loadOlder();
    assert.equal(it.client.timeline(lobby).loadOlder(), reading);
    await answerHistory(it.socket(), 120);
    await reading;
    assert.deepEqual(loaded(it), range(first, 120));
  }
  assert.equal(it.client.timeline(lobby).hasOlder, false);
});

test('A live message that overtakes the first page of a new conversation leaves neither hole nor double', async () => {
  const it = await ready({ user: jenny });
  const said = (seq: number): LogEvent => ({ ...lobbyLine(seq), conversation: direct, to: jenny.id });
  const timeline = it.client.timeline({ user: tom.id });
  const reading = timeline.loadOlder();
  await it.socket().says(live(said(3)));
  const answer = (lines: LogEvent[]) => it.socket().says(linesAnswer(it.socket().asked('lines').id, lines, lines.length));
  await answer([said(1)]); // read before 2 was there
  assert.equal(it.socket().asked('lines').before, 3);
  await answer([said(1), said(2)]);
  await reading;
  assert.deepEqual(timeline.lines.map(({ line }) => line), [1, 2, 3]);
});

test('Direct messages, sent from another tab or received, land with the other person', async () => {
  const it = await ready({ user: jenny });
  const mine: LogEvent = { ...lobbyLine(1, jenny), conversation: direct, to: tom.id };
  const theirs: LogEvent = { ...lobbyLine(2, tom), conversation: direct, to: jenny.id };
  await it.socket().says(live(mine));
  await it.socket().says(live(theirs));
  assert.deepEqual(it.client.timeline({ user: tom.id }).lines.map(({ line }) => line), [1, 2]);
});

test('A conversation that grew during an absence is found through the summaries', async () => {
  const it = await ready({ user: jenny });
  await it.socket().says(live({ ...lobbyLine(1, tom), conversation: direct, to: jenny.id }));
  await it.socket().ends(1006);
  await it.clock.advance(500);
  const summary = { conversation: direct, kind: 'direct', peer: tom, lastSeq: 3, lastLine: 3, readLine: 1, unread: 2 };
  await it.socket().greets({ user: jenny, conversations: [summary] });
  const asked = it.socket().asked('events');
  assert.deepEqual([asked.after, 'user' in asked && asked.user], [1, tom.id]);
});

test('Presence is one list, whatever the frames', async () => {
  const it = await ready();
  await it.socket().says({ type: 'presence', full: true, users: [{ ...tom, places: 1 }, { ...jenny, places: 3 }], guests: 2, online: 2 });
  assert.deepEqual(it.client.presence.users.map((user) => `${user.nickname} (${user.places})`), ['Jenny (3)', 'Tom (1)']);
  await it.socket().says({ type: 'presence', full: false, users: [{ ...tom, places: 0 }], guests: 1, online: 1 });
  assert.deepEqual(it.client.presence, { users: [{ ...jenny, places: 3 }], guests: 1, online: 1 });
});

test('What happens to a line that waits for what is before it, or is not loaded, is as if it had come in order', async () => {
  const it = await ready({ lobbyLastSeq: 41 });
  const recall = (seq: number, target: number): LogEvent => ({ ...lobbyLine(seq), line: undefined as never, kind: 'recall', target, effect: 'erase', slot: '', content: {} });
  await it.socket().says(live(lobbyLine(42)));
  await it.socket().says(live(recall(45, 43)));
  await it.socket().says(live(recall(46, 7)));
  const events = [43, 44].map((line) => lobbyLine(line));
  await it.socket().says({ type: 'events', id: it.socket().asked('events').id, conversation: 'lobby', events, lastSeq: 44, more: false });
  assert.deepEqual(it.client.timeline(lobby).lines.map(({ line, erased }) => [line, erased]), [[42, undefined], [43, true], [44, undefined]]);
  assert.equal(it.client.timeline(lobby).lastSeq, 46);
});

test('In another life of the store everything is loaded anew, and what is unsent is sent with its id', async () => {
  const it = await ready({ user: jenny, lobbyLastSeq: 500 });
  const timeline = it.client.timeline(lobby);
  const reading = timeline.loadOlder();
  await answerHistory(it.socket(), 500);
  await reading;
  let lives = 0;
  it.client.on('epoch', () => lives++);
  void it.client.send(lobby, 'written before', 'id-1');
  for (const [epoch, life] of [['life-1', 0], ['life-2', 1]] as const) {
    const before = it.socket();
    await before.ends(1006);
    while (it.socket() === before) await it.clock.advance(250);
    await it.socket().greets({ user: jenny, epoch, lobbyLastSeq: life === 0 ? 500 : 60 });
    assert.deepEqual([lives, timeline.lines.length > 0], [life, life === 0]);
  }
  await answerHistory(it.socket(), 60);
  assert.deepEqual([loaded(it), timeline.lastSeq, it.socket().asked('post').id], [range(11, 60), 60, 'id-1']);
  await it.socket().says(live(lobbyLine(61)));
  assert.equal(loaded(it).at(-1), 61);
});

test('A quote that is not loaded is asked for once, and follows what happens to it', async () => {
  const it = await ready({ lobbyLastSeq: 500 });
  const timeline = it.client.timeline(lobby);
  await it.socket().says(live({ ...lobbyLine(501), target: 7 }));
  assert.deepEqual([timeline.quoted(7), timeline.quoted(7)], [undefined, undefined]);
  assert.deepEqual(it.socket().of('lines').map(({ before, limit }) => [before, limit]), [[8, 1]]);
  await answerHistory(it.socket(), 501);
  assert.equal(timeline.quoted(7)?.line, 7);
  await it.socket().says(live({ ...lobbyLine(502), line: undefined as never, kind: 'recall', target: 7, effect: 'erase', slot: '', content: {} }));
  assert.equal(timeline.quoted(7)?.erased, true);
});

test('Nonsense from a node is passed over', async () => {
  const it = await ready();
  const seen = listen(it);
  it.socket().onmessage!({ data: 'not json' });
  it.socket().onmessage!({ data: new ArrayBuffer(2) });
  it.socket().onmessage!({ data: '[1]' });
  await it.socket().says({ type: 'something_new', much: 1 });
  await it.socket().says(live(lobbyLine(1)));
  await settled();
  assert.deepEqual(seen, [1]);
});
