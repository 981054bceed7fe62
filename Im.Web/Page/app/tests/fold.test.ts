import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folded } from '../src/ui/fold.ts';

const same: readonly [string, string][] = [
  ['JENNY', 'jenny'],
  ['ＪＥＮＮＹ', 'jenny'],
  ['Ｚｏë', 'zoe'],
  ['Zoe\u0308', 'zoë'],
  ['Groß', 'GROSS'],
  ['Ångström', 'angstrom'],
  ['ΟΔΟΣ', 'οδός'],
  ['Йод', 'иод'],
  ['  王\u3000小明 ', '王 小明'],
  ['ｶﾞ', 'ガ'],
  ['한글', '한글'.normalize('NFD')],
  ['a\u200Bb', 'ab'],
];

test('what is the same but for case, width, accents and blanks is found', () => {
  for (const [one, other] of same) assert.equal(folded(one), folded(other), `${one} ${other}`);
});

test('another spelling is another word', () => {
  for (const [one, other] of [['が', 'か'], ['कि', 'का'], ['王', '玉'], ['o', '0']] as const) assert.notEqual(folded(one), folded(other));
});
