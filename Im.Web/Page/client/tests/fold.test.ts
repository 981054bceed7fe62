import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldAll, lineOfPage, merge } from '../src/fold.ts';
import type { Line, LogEvent } from '../src/protocol.ts';
import { jenny, tom } from './fakes.ts';
import { event, pageOf, summary } from './model.ts';

// What the C# client goes by too.
const { vectors } = JSON.parse(readFileSync(new URL('../../../../../Im.Protocol/Vectors/fold.json', import.meta.url), 'utf8')) as {
  vectors: { name: string; page: { lines: Line[]; lastSeq: number }; events: LogEvent[]; expected: unknown[] }[];
};

for (const { name, page, events, expected } of vectors)
  test(`Folding: ${name}`, () => {
    assert.deepEqual(events.reduce(foldAll, page.lines.map(lineOfPage)).map(summary), expected);
  });

// ---- Any order, doubles, pages from any time: one state. Judged by a model that looks at the whole log at once.

const log = fc
  .array(
    fc.record({
      what: fc.constantFrom<'mark' | 'replace' | 'erase' | 'erasure'>('mark', 'mark', 'mark', 'replace', 'replace', 'erase', 'erasure'),
      target: fc.integer({ min: 1, max: 3 }),
      user: fc.constantFrom(jenny, tom),
      kind: fc.constantFrom('one', 'other'),
      texts: fc.boolean(),
    }),
    { maxLength: 14 },
  )
  .map((deeds) => {
    const lines = [1, 2, 3].map((line): LogEvent => event(line, line === 2 ? tom : jenny, { line, kind: 'text', content: { text: `line ${line}` } }));
    const rest = deeds.map(({ what, target, user, kind, texts }, index): LogEvent => {
      const seq = index + 4;
      if (what === 'erasure') return event(seq, user, { kind: 'erasure', content: { user: user.id, texts } });
      return event(seq, user, { kind: `${kind} ${what}`, target, effect: what, slot: what === 'mark' ? user.id : '', content: { text: `${what} ${seq}` } });
    });
    return [...lines, ...rest];
  });

const played = log.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray([...events.slice(3), ...events.slice(3)], { minLength: 0, maxLength: 2 * (events.length - 3) }),
    at: fc.integer({ min: 3, max: events.length }),
    other: fc.integer({ min: 3, max: events.length }),
  }),
);

test('Any order, doubles, and a page of any time give the state of a fresh load', () => {
  fc.assert(
    fc.property(played, ({ events, order, at, other }) => {
      // What came while it was asked for, in any order, is complete from the page's lastSeq on; what is older may come or not.
      const live = [...order, ...events.slice(at)];
      const folded = live.reduce(foldAll, pageOf(events, at).map(lineOfPage));
      const fresh = pageOf(events, events.length).map(lineOfPage);
      assert.deepEqual(folded.map(summary), fresh.map(summary));
      // Two pages of different times, merged either way.
      const [one, two] = [at, other].map((time) => pageOf(events, time).map(lineOfPage));
      const newer = pageOf(events, Math.max(at, other)).map(lineOfPage).map(summary);
      assert.deepEqual(one!.map((line, index) => summary(merge(line, two![index]!))), newer);
      assert.deepEqual(two!.map((line, index) => summary(merge(line, one![index]!))), newer);
    }),
    { numRuns: 2_000, seed: 12 },
  );
});

test('What changes nothing is the same object, so that nothing is drawn again', () => {
  const lines = pageOf([event(1, jenny, { line: 1, kind: 'text', content: { text: 'hello' } })], 1).map(lineOfPage);
  const mark = event(2, tom, { kind: 'reaction', target: 1, effect: 'mark', slot: tom.id, content: { keys: ['👍'] } });
  const marked = foldAll(lines, mark);
  assert.notEqual(marked, lines);
  assert.equal(foldAll(marked, mark), marked);
  assert.equal(foldAll(lines, { ...mark, target: 9 }), lines);
});
