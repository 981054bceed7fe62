import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby, type Gap } from '../src/index.ts';
import { answerHistory, asked, direct, jenny, linesAnswer, listen, live, loaded, lobbyLine, range, ready, settled, tom, type Stage } from './fakes.ts';

const gaps = ({ client }: Stage): string[] => client.timeline(lobby).gaps.map(({ afterLine, beforeLine, count }) => `${afterLine}..${beforeLine}: ${count}`);

/** Comes back after an absence in which the lobby grew to `lastSeq`. */
async function returns(it: Stage, lastSeq: number): Promise<void> {
  const before = it.socket();
  await before.ends(1006);
  while (it.socket() === before) await it.clock.advance(250);
  await it.socket().greets({ lobbyLastSeq: lastSeq });
}

/** The newest page of 100,001 lines, and the page after the sixth: a gap is between them. */
async function withGap(): Promise<Stage & { seen: number[] }> {
  const it = await ready({ lobbyLastSeq: 100_001 });
  const seen = listen(it);
  const timeline = it.client.timeline(lobby);
  for (const read of [() => timeline.loadOlder(), () => timeline.loadAfter(6)]) {
    const reading = read();
    await answerHistory(it.socket(), 100_001);
    await reading;
  }
  return { ...it, seen };
}

async function load(it: Stage, side: 'start' | 'end', lastSeq = 100_001, gap = it.client.timeline(lobby).gaps[0]!): Promise<void> {
  const reading = it.client.timeline(lobby).loadGap(gap, side);
  await answerHistory(it.socket(), lastSeq);
  await reading;
}

test('After a long absence one request brings the newest page, and the stream goes on from it: what was held may have changed, and is dropped', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  const seen = listen(it);
  const skipped: Gap[] = [];
  it.client.on('gap', ({ gap }) => skipped.push(gap));
  await it.socket().says(live(lobbyLine(6)));
  await returns(it, 100_000);
  await it.socket().says(live(lobbyLine(100_001)));
  assert.deepEqual(asked(it.socket()).map(({ type, limit }) => [type, limit]), [['lines', 50]]);
  await answerHistory(it.socket(), 100_000);
  await it.socket().says(live(lobbyLine(100_002)));
  assert.deepEqual(seen, [6, ...range(99_951, 100_002)]);
  assert.deepEqual(loaded(it), range(99_951, 100_002));
  assert.deepEqual(skipped, [{ afterLine: 6, beforeLine: 99_951, count: 99_944 }]);
  assert.deepEqual([gaps(it), it.client.timeline(lobby).hasOlder], [[], true]);
  assert.equal(asked(it.socket()).length, 1);
});

test('Two hundred missed events are filled in order, of one more the newest page is read', async () => {
  const few = await ready({ lobbyLastSeq: 5 });
  const seen = listen(few);
  await few.socket().says(live(lobbyLine(6)));
  await returns(few, 206);
  await few.socket().says(live(lobbyLine(207)));
  for (let page = 0; page < 2; page++) await answerHistory(few.socket(), 207);
  assert.deepEqual(seen, range(6, 207));
  assert.deepEqual(loaded(few), range(6, 207));

  const many = await ready({ lobbyLastSeq: 5 });
  await many.socket().says(live(lobbyLine(6)));
  await returns(many, 207);
  await answerHistory(many.socket(), 207);
  assert.deepEqual(loaded(many), range(158, 207));
});

test('Sends go out as soon as the newest page is there', async () => {
  const it = await ready({ user: jenny, lobbyLastSeq: 5 });
  await it.socket().ends(1006);
  void it.client.send(lobby, 'hello', 'id-1');
  await it.clock.advance(500);
  await it.socket().greets({ user: jenny, lobbyLastSeq: 100_000 });
  assert.deepEqual(it.socket().of('post'), []);
  await answerHistory(it.socket(), 100_000);
  assert.equal(it.socket().asked('post').id, 'id-1');
});

test('Whoever wants everything gets everything in order, and sends meanwhile', async () => {
  const it = await ready({ user: jenny, lobbyLastSeq: 0 }, { maxFillEvents: Infinity });
  const seen = listen(it);
  await it.socket().ends(1006);
  void it.client.send(lobby, 'hello', 'id-1');
  await it.clock.advance(500);
  await it.socket().greets({ user: jenny, lobbyLastSeq: 10_000 });
  await answerHistory(it.socket(), 10_000);
  await it.clock.advance(3_000);
  assert.equal(it.socket().asked('post').id, 'id-1');
  for (let page = 1; page < 100; page++) await answerHistory(it.socket(), 10_000);
  assert.deepEqual(seen, range(1, 10_000));
});

test('A gap is read from its start and from its end, until nothing is left of it', async () => {
  const it = await withGap();
  assert.deepEqual(gaps(it), ['56..99952: 99895']);
  await load(it, 'start');
  assert.equal(it.socket().asked('lines').after, 56);
  assert.deepEqual(gaps(it), ['106..99952: 99845']);
  await load(it, 'end');
  assert.equal(it.socket().asked('lines').before, 99_952);
  assert.deepEqual(gaps(it), ['106..99902: 99795']);
  assert.deepEqual(loaded(it), [...range(7, 106), ...range(99_902, 100_001)]);
  // The pages that were asked for are no news: nobody is told of them as of new lines.
  assert.deepEqual(it.seen, []);
});

test('Both ends read at once, and live messages between, leave neither double nor hole', async () => {
  const it = await withGap();
  const timeline = it.client.timeline(lobby);
  const gap = timeline.gaps[0]!;
  const both = ['start', 'start', 'end', 'end'].map((side) => timeline.loadGap(gap, side as 'start' | 'end'));
  for (const each of it.socket().of('lines').slice(-4).reverse()) {
    await it.socket().says(live(lobbyLine(timeline.lastSeq! + 1)));
    await answerHistory(it.socket(), 100_001, each);
  }
  await Promise.all(both);
  assert.deepEqual(gaps(it), ['106..99902: 99795']);
  assert.deepEqual(loaded(it), [...range(7, 106), ...range(99_902, 100_005)]);
});

test('The last page of a gap overlaps what is there already: it closes without a double', async () => {
  for (const side of ['start', 'end'] as const) {
    const it = await ready({ lobbyLastSeq: 280 });
    const timeline = it.client.timeline(lobby);
    for (const read of [() => timeline.loadOlder(), () => timeline.loadAfter(0)]) {
      const reading = read();
      await answerHistory(it.socket(), 280);
      await reading;
    }
    for (let page = 0; page < 4; page++) await load(it, side, 280);
    assert.deepEqual(gaps(it), []);
    assert.deepEqual(loaded(it), range(1, 280));
  }
});

test('A quoted line is loaded with what is around it, once', async () => {
  const it = await withGap();
  const timeline = it.client.timeline(lobby);
  const reading = timeline.loadAround(5_000);
  await answerHistory(it.socket(), 100_001);
  await reading;
  assert.deepEqual(gaps(it), ['56..4975: 4918', '5024..99952: 94927']);
  await timeline.loadAround(5_010);
  assert.equal(it.socket().of('lines').length, 3);
});

test('The first line since a time is found by halving, also where nothing of it is loaded', async () => {
  const it = await withGap();
  const timeline = it.client.timeline(lobby);
  const find = async (at: number): Promise<{ line: number | undefined; questions: number }> => {
    const before = asked(it.socket()).length;
    const finding = timeline.lineSince(at); // each line is as old as its number
    for (let answered = before; await Promise.race([finding.then(() => false), settled().then(() => true)]); ) {
      if (asked(it.socket()).length > answered) await answerHistory(it.socket(), 100_001, asked(it.socket())[answered++]);
    }
    return { line: await finding, questions: asked(it.socket()).length - before };
  };
  for (const [at, line] of [[0, 1], [7, 7], [30, 30], [4_711, 4_711], [99_951.5, 99_952], [100_001, 100_001], [100_002, undefined]] as const) {
    const found = await find(at);
    assert.equal(found.line, line);
    assert.ok(found.questions <= 17, `${found.questions} questions for ${at}`);
  }
});

test('A live message far ahead, after a node that was deaf, is as an absence', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  const seen = listen(it);
  await it.socket().says(live(lobbyLine(6)));
  for (const seq of [1_000, 1_001]) await it.socket().says(live(lobbyLine(seq)));
  await answerHistory(it.socket(), 1_001);
  assert.deepEqual(seen, [6, ...range(952, 1_001)]);
});

test('What is forgotten to bound memory takes its gap along', async () => {
  const it = await withGap();
  it.client.timeline(lobby).trim(20);
  assert.deepEqual(gaps(it), []);
  assert.equal(it.client.timeline(lobby).hasOlder, true);
});

test('What nobody watches stays small, and what is read of it page by page is not forgotten between two pages', async () => {
  const it = await ready({ lobbyLastSeq: 0 });
  const timeline = it.client.timeline(lobby);
  for (let seq = 1; seq <= 10_000; seq++) it.socket().onmessage!({ data: JSON.stringify(live(lobbyLine(seq))) });
  assert.ok(loaded(it).length >= 250 && loaded(it).length < 750);
  assert.equal(loaded(it).at(-1), 10_000);
  for (let last = 10_000; timeline.hasOlder; ) {
    const older = timeline.loadOlder(100);
    for (let news = 0; news < 10; news++) await it.socket().says(live(lobbyLine(++last)));
    await answerHistory(it.socket(), last);
    await older;
  }
  assert.equal(loaded(it)[0], 1);
  const stop = timeline.on('change', () => {});
  for (let last = timeline.lastSeq! + 1, end = last + 600; last < end; last++) await it.socket().says(live(lobbyLine(last)));
  assert.deepEqual(loaded(it), range(1, timeline.lastSeq!));
  stop();
});

test('What comes while somebody reads further up is forgotten but for what is near, and is read as a gap', async () => {
  const it = await ready({ lobbyLastSeq: 0 });
  const timeline = it.client.timeline(lobby);
  timeline.on('change', () => {});
  for (let seq = 1; seq <= 100; seq++) await it.socket().says(live(lobbyLine(seq)));
  timeline.trimAfter(40, 30);
  assert.deepEqual(loaded(it), range(1, 100));
  timeline.trimAfter(20, 30);
  assert.deepEqual(gaps(it), ['50..71: 20']);
  for (let seq = 101; seq <= 200; seq++) await it.socket().says(live(lobbyLine(seq)));
  timeline.trimAfter(20, 30);
  assert.deepEqual(gaps(it), ['50..171: 120']);
  assert.deepEqual(loaded(it), [...range(1, 50), ...range(171, 200)]);
  await load(it, 'start', 200);
  await load(it, 'end', 200);
  await load(it, 'start', 200);
  assert.deepEqual(loaded(it), range(1, 200));
});

test('Whoever hears that a page is there may ask for the next one at once', async () => {
  const it = await ready({ lobbyLastSeq: 1_000 });
  const timeline = it.client.timeline(lobby);
  timeline.on('change', () => void timeline.loadOlder());
  void timeline.loadOlder();
  for (let page = 1; page <= 3; page++) await answerHistory(it.socket(), 1_000);
  assert.deepEqual(loaded(it), range(851, 1_000));
  assert.equal(it.socket().of('lines').length, 4);
});

test('A conversation of which nothing is loaded has no gap, only older messages', async () => {
  const it = await ready({ lobbyLastSeq: 5 });
  await returns(it, 100_000);
  await answerHistory(it.socket(), 100_000);
  assert.deepEqual(gaps(it), []);
  const reading = it.client.timeline(lobby).loadOlder();
  await answerHistory(it.socket(), 100_000);
  await reading;
  assert.deepEqual(loaded(it), range(99_901, 100_000));
});

test('Reading can go on where it stopped long ago', async () => {
  const it = await ready({ lobbyLastSeq: 1_000 });
  const timeline = it.client.timeline(lobby);
  const newest = timeline.loadOlder();
  const resumed = timeline.loadAfter(290);
  await answerHistory(it.socket(), 1_000);
  await newest;
  await settled();
  await answerHistory(it.socket(), 1_000);
  await resumed;
  assert.deepEqual(gaps(it), ['340..951: 610']);
  assert.deepEqual(loaded(it), [...range(291, 340), ...range(951, 1_000)]);
  const older = timeline.loadOlder();
  await answerHistory(it.socket(), 1_000);
  await older;
  assert.equal(loaded(it)[0], 241);
});

test('A direct conversation that grew much is known by its summary, and read as one', async () => {
  const it = await ready({ user: jenny });
  await it.socket().says(live({ ...lobbyLine(1, tom), conversation: direct, to: jenny.id }));
  await it.socket().ends(1006);
  await it.clock.advance(500);
  await it.socket().greets({ user: jenny, conversations: [{ conversation: direct, kind: 'direct', peer: tom, lastSeq: 5_000, lastLine: 5_000, readLine: 1, unread: 4_999 }] });
  const lines = range(4_951, 5_000).map((line) => ({ ...lobbyLine(line, tom), conversation: direct, to: jenny.id }));
  await it.socket().says(linesAnswer(it.socket().asked('lines').id, lines, 5_000, true));
  assert.deepEqual(it.client.timeline({ user: tom.id }).lines.map(({ line }) => line), range(4_951, 5_000));
});

test('Whatever is done in whatever order, what is shown ascends, and only gaps are missing', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    let state = seed;
    const chance = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const it = await ready({ lobbyLastSeq: 20 });
    const seen = listen(it);
    const skipped = new Set<number>();
    it.client.on('gap', ({ gap }) => range(gap.afterLine + 1, gap.beforeLine - 1).forEach((seq) => skipped.add(seq)));
    const timeline = it.client.timeline(lobby);
    let last = 20;
    let answered = 0;
    const answer = async () => {
      while (answered < asked(it.socket()).length) await answerHistory(it.socket(), last, asked(it.socket())[answered++]);
    };
    for (let step = 0; step < 25; step++) {
      const gap = timeline.gaps[chance(Math.max(1, timeline.gaps.length))];
      switch (chance(8)) {
        case 0:
          last += chance(700);
          answered = 0;
          await returns(it, last);
          break;
        case 1:
          last += 1 + chance(3) * chance(150);
          await it.socket().says(live(lobbyLine(last)));
          break;
        case 2:
          if (gap) void timeline.loadGap(gap, 'start', 1 + chance(100));
          break;
        case 3:
          if (gap) void timeline.loadGap(gap, 'end', 1 + chance(100));
          break;
        case 4:
          void timeline.loadOlder();
          break;
        case 5:
          timeline.trimAfter(loaded(it)[chance(Math.max(1, loaded(it).length))] ?? 0, 1 + chance(100));
          break;
        default:
          await answer();
      }
    }
    await answer();
    const why = `seed ${seed}`;
    const shown = loaded(it);
    const missing = shown.flatMap((seq, index) => (index > 0 && seq !== shown[index - 1]! + 1 ? [`${shown[index - 1]}..${seq}: ${seq - shown[index - 1]! - 1}`] : []));
    assert.deepEqual(gaps(it), missing, why);
    assert.deepEqual(shown, [...new Set(shown)].sort((a, b) => a - b), why);
    assert.deepEqual(seen, range(21, last).filter((seq) => !skipped.has(seq)), why);
    it.client.disconnect();
  }
});
