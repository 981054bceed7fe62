import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hasVisible, isInvisible, isWhiteSpace, trimmed } from '../src/index.ts';

// What the C# client and the servers go by too.
const vectors = JSON.parse(readFileSync(new URL('../../../../../Im.Protocol/Vectors/text.json', import.meta.url), 'utf8')) as {
  whiteSpace: string[];
  invisible: string[];
  texts: { name: string; text: string; visible: boolean; trimmed: string }[];
};

const setOf = (ranges: string[]): Set<number> => {
  const all = new Set<number>();
  for (const range of ranges) {
    const [first, last] = range.split('-').map((code) => parseInt(code, 16));
    for (let code = first!; code <= (last ?? first!); code++) all.add(code);
  }
  return all;
};

test('White space and invisible are what the vectors say, of all code points', () => {
  for (const [ranges, is] of [[vectors.whiteSpace, isWhiteSpace], [vectors.invisible, isInvisible]] as const) {
    const expected = setOf(ranges);
    for (let code = 0; code <= 0x10ffff; code++) if (is(code) !== expected.has(code)) assert.fail(`U+${code.toString(16)}`);
  }
});

for (const { name, text, visible, trimmed: left } of vectors.texts)
  test(`Text: ${name}`, () => {
    assert.equal(hasVisible(text), visible);
    assert.equal(trimmed(text), left);
  });
