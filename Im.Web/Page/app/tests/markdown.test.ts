import './browser.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stretchesOf } from '../src/text/markdown.ts';
import { covered, spansOf } from '../src/text/spans.ts';
import { shownIn, type Piece } from '../src/text/stretches.ts';

/** Marks in ‹›, what they make as {kind …}. */
function drawn(text: string, { from, to, parts }: Piece): string {
  let out = '';
  let at = from;
  for (const part of parts) {
    assert.ok(part.from >= at && part.to <= to, `stretches of ${JSON.stringify(text)} are one after the other`);
    const inner = drawn(text, part);
    out += text.slice(at, part.from) + (part.kind === 'mark' ? `‹${inner}›` : `{${part.kind} ${inner}}`);
    at = part.to;
  }
  return out + text.slice(at, to);
}

const whole = (text: string): Piece => ({ from: 0, to: text.length, parts: stretchesOf(text) });

for (const [text, expected] of Object.entries({
  '**b** *i* _u_ ~~s~~': '{strong ‹**›b‹**›} {em ‹*›i‹*›} {em ‹_›u‹_›} {del ‹~~›s‹~~›}',
  '***bi*** and **a *b* c**': '{em ‹*›{strong ‹**›bi‹**›}‹*›} and {strong ‹**›a {em ‹*›b‹*›} c‹**›}',
  'in `c *d*` and ``a`b``': 'in {code ‹`›c *d*‹`›} and {code ‹``›a`b‹``›}',
  '**注意：**请看*这个*，~~不~~是': '{strong ‹**›注意：‹**›}请看{em ‹*›这个‹*›}，{del ‹~~›不‹~~›}是',
  '🙂**b**🙂 "**q**", (*x*)': '🙂{strong ‹**›b‹**›}🙂 "{strong ‹**›q‹**›}", ({em ‹*›x‹*›})',
  'x\n```js a=1\n  c\n```\ny': 'x\n{block ‹```js a=1\n›  c‹\n```\n›}y',
  '> a\n> b\nanswer': '{quote ‹> ›a\n‹> ›b\n}answer',
  '> a\nb\n> c': '{quote ‹> ›a\n}b\n{quote ‹> ›c}',
  '> > n\n> m\nx': '{quote ‹> ›{quote ‹> ›n\n}{quote ‹> ›m\n}}x',
  '> ```\n> c\n> ```\n> d': '{quote ‹> ›{block ‹```\n›‹> ›c‹\n> ```\n›}‹> ›d}',
  '- a\n- b\n  - c\nrest': '{list {item {bullet - }a\n}{item {bullet - }b\n‹  ›{list {item {bullet - }c\n}}}}rest',
  '3. a\n5. b': '{list {item {bullet 3. }a\n}{item {bullet 5. }b}}',
  '> a\r\n```\r\nc\r\n```\r\n*b*': '{quote ‹> ›a\r\n}{block ‹```\r\n›c‹\r\n```\r\n›}{em ‹*›b‹*›}',
  '\ufeff*b*': '\ufeff{em ‹*›b‹*›}',
  '# h *e*\nx': '{heading ‹# ›h {em ‹*›e‹*›}\n}x',
}))
  test(`Markdown: ${JSON.stringify(text)}`, () => assert.equal(drawn(text, whole(text)), expected));

for (const text of [
  '2*3*4 and a_b_c', '__init__ and __main__.py', '¯\\_(ツ)_/¯', '*.cs, *.ts, **/*.md', '好的~~ 谢谢~~', 'a ~b~ c', '\\*no\\*', 'a * b*c', '<b>b</b> <script>x</script>', '&amp; &#42;',
  '[text](https://a.example/)', '![image](https://a.example/x.png)', '[a]: https://a.example/', '<https://a.example>', '---', 'a\n===', 'a\n---', '> ', '-', '*', '+1', '#1 and #tag', '# ', '1.',
  '```\nno end', '``` hello', '```\n```', '    indented\n\ttab', '| a | b |\n|---|---|', 'a  \nb', 'a\\\nb', '1986\\. great',
])
  test(`Not Markdown, but what was typed: ${JSON.stringify(text)}`, () => assert.equal(drawn(text, whole(text)), text));

test('An address and a name are no Markdown, and Markdown ends before it', () => {
  const read = (text: string, names: string[] = []) => drawn(text, { ...whole(text), parts: stretchesOf(covered(text, spansOf(text, names))) });
  assert.equal(read('https://a.example/_x_/*y*'), 'https://a.example/_x_/*y*');
  assert.equal(read('**https://a.example/x**'), '{strong ‹**›https://a.example/x‹**›}');
  assert.equal(read('**see https://a.example/b*c**'), '{strong ‹**›see https://a.example/b*c‹**›}');
  assert.equal(read('@_tom_ and *@_tom_*', ['@_tom_']), '@_tom_ and {em ‹*›@_tom_‹*›}');
  assert.deepEqual(spansOf('@tom: https://a.example.', ['@tom']).map(({ text, from, to }) => [text, from, to]), [['@tom', 0, 4], ['https://a.example', 6, 23]]);
  const deceit = 'at https://аpple.example/x *b*';
  assert.equal(spansOf(deceit, [])[0]!.to, deceit.indexOf(' *'));
});

test('One line of it is without marks', () => assert.equal(shownIn('**a** `b`\n> c', whole('**a** `b`\n> c')), 'a b\nc'));

const letters = fc.constantFrom('*', '**', '_', '~~', '`', '```', '\n', '\n\n', ' ', '    ', '\t', '> ', '>', '- ', '1. ', '# ', 'a', 'b c', '中', '🙂', '\r\n', '\u202e', '<b>', '[', '](', ')', '\\', '&lt;', '\ufeff');

test('Whatever is typed is there, each character once and in its order', () => {
  fc.assert(fc.property(fc.array(letters, { maxLength: 40 }), (parts) => {
    const text = parts.join('');
    assert.equal(drawn(text, whole(text)).length >= text.length, true);
    assert.equal(flat(text, whole(text)), text);
  }), { numRuns: 2_000 });

  function flat(of: string, { from, to, parts }: Piece): string {
    let out = '';
    let at = from;
    for (const part of parts) {
      out += of.slice(at, part.from) + flat(of, part);
      at = part.to;
    }
    return out + of.slice(at, to);
  }
});

// As long as a text may be, and of what the parser's time grows most with: within our bounds, and beyond them, where nothing is parsed. Only a hang exceeds the limit.
const filled = (unit: string) => unit.repeat(10_000 / unit.length);
for (const [name, text] of Object.entries({
  openers: filled('*a '), pairs: filled('*a* '), closers: filled('a* '), nested: `${'*a '.repeat(240)}${'b* '.repeat(240)}`, codes: filled('`a '), quotes: filled('> a\n'), lists: filled('- a\n'),
  'lists within bounds': `${'- a\n'.repeat(390)}${'b '.repeat(4_000)}`, depth: filled('> '), bullets: filled('- '), blanks: filled(' \n'), tabs: filled('\t'), fences: filled('```\na\n'), headings: filled('# a\n'), hashes: filled('#'), mixed: filled('*a_ **b__ ~~`'),
}))
  test(`The longest text of ${name} is read in time`, { timeout: 20_000 }, () => {
    for (let i = 0; i < 5; i++) stretchesOf(text);
  });
