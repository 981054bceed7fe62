import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snippetOf } from '../src/search/snippet.ts';

const marked = (text: string, ...matches: [start: number, length: number][]) =>
  snippetOf(text, matches).map(({ text: part, isMatch }) => (isMatch ? `[${part}]` : part)).join('');

test('A short text is shown whole, with what matches', () => {
  assert.equal(marked('the quick brown fox', [4, 5], [16, 3]), 'the [quick] brown [fox]');
  assert.equal(marked('nothing was looked for'), 'nothing was looked for');
});

test('Of a long text the part around the first match is shown, and no half of a character', () => {
  const long = marked(`${'😀'.repeat(100)} needle ${'茶'.repeat(500)} needle`, [201, 6], [709, 6]);
  assert.match(long, /^…(😀){20} \[needle\] 茶+…$/u);
  assert.ok(long.length < 300);
  assert.equal(marked('x'.repeat(1_000), [0, 1_000]), `[${'x'.repeat(440)}]…`);
});
