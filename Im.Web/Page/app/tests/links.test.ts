import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { partsOf } from '../src/messages/links.ts';

// What is linked: the text of each link, and where it leads where that is another.
type Vector = { name: string; text: string; links: string[]; hrefs?: string[] };
const vectors = JSON.parse(readFileSync(new URL('../../../tests/links.json', import.meta.url), 'utf8')) as Vector[];

for (const { name, text, links, hrefs } of vectors)
  test(`Links: ${name}`, () => {
    const found = partsOf(text).filter((part) => part.href);
    assert.deepEqual(found.map((part) => part.text), links);
    assert.deepEqual(found.map((part) => part.href), hrefs ?? links);
    for (const { href } of found) assert.ok(URL.canParse(href!));
  });

test('Nothing of a text is lost or changed, but for hosts shown as what they are', () => {
  for (const { text, links, hrefs } of vectors) {
    const shown = hrefs?.reduce((changed, href, i) => changed.replace(href.replace(/^https:\/\/(?=www)/i, ''), links[i]!), text) ?? text;
    assert.equal(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
      shown,
    );
  }
});

// Each of these took a pattern's time to the square or worse. Only a hang exceeds the bound: a walk takes milliseconds.
for (const [name, unit] of Object.entries({ schemes: 'https://', brackets: 'https://a.example/((((', closing: ')', marks: 'www.a.example!?!?', colons: 'https://a:1', dots: 'www.', words: 'h w ht htt ' }))
  test(`A long text of ${name} is read in time that grows with its length`, { timeout: 20_000 }, () => {
    const text = `https://a.example/${unit.repeat(400_000 / unit.length)}`;
    assert.ok(partsOf(text).length > 0);
    assert.ok(partsOf(unit.repeat(400_000 / unit.length)).length > 0);
  });
