import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolated } from '../src/language/isolated.ts';
import { marked } from '../src/messages/marking.ts';
import { isLong } from '../src/text/length.ts';

test('A text is long that would take more lines than one wants to see, by their number or their length', () => {
  assert.ok(!isLong('a\n'.repeat(17), false));
  assert.ok(isLong('a\n'.repeat(19), false));
  assert.ok(!isLong('word '.repeat(150), false));
  assert.ok(isLong('word '.repeat(150), true));
  assert.ok(isLong('很长的一句话。'.repeat(150), false));
  assert.ok(!isLong('很长的一句话。'.repeat(80), false));
});

test('A name in a sentence cannot turn the sentence around', () => {
  assert.equal(isolated('tom'), '\u2068tom\u2069');
  assert.equal(isolated('a\u202eb\u2069\u200fc'), '\u2068abc\u2069');
});

/** [ and ] are the ends of what is selected. */
function press(text: string, mark: string): string {
  const [from, to] = [text.indexOf('['), text.indexOf(']') - 1];
  const plain = text.replace(/[[\]]/g, '');
  const done = marked(plain, from, to, mark);
  const after = plain.slice(0, done.from) + done.insert + plain.slice(done.to);
  return `${after.slice(0, done.selectFrom)}[${after.slice(done.selectFrom, done.selectTo)}]${after.slice(done.selectTo)}`;
}

test('A shortcut puts marks around what is selected, and takes them away again', () => {
  assert.equal(press('a [b ]c', '**'), 'a **[b]** c');
  assert.equal(press('a **[b]** c', '**'), 'a [b] c');
  assert.equal(press('a [**b**] c', '**'), 'a [b] c');
  assert.equal(press('a [] c', '`'), 'a `[]` c');
});
