import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from '../src/messages/links.ts';

const links = (text: string) => partsOf(text).flatMap((part) => part.href ?? []);

test('Nothing of a text is lost or changed', () => {
  for (const text of ['', 'no address', 'https://a.example', 'a https://a.example, b\nhttp://b.example/?q=1#x.', 'https:// https://[', '(https://a.example)'])
    assert.equal(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
      text,
    );
});

test('An address ends before the punctuation of the sentence it stands in', () => {
  assert.deepEqual(links('See https://a.example/x, then https://b.example/y.'), ['https://a.example/x', 'https://b.example/y']);
  assert.deepEqual(links('(see https://a.example/a_(b)).'), ['https://a.example/a_(b)']);
  assert.deepEqual(links('看这里：https://a.example/x。还有（https://b.example/y）'), ['https://a.example/x', 'https://b.example/y']);
});

test('Only http and https are addresses', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', '//evil.example', 'JAVASCRIPT://https'])
    assert.deepEqual(links(text), []);
});

test('Markup around an address stays words', () => {
  assert.deepEqual(links('<a href="https://a.example/x">x</a>'), ['https://a.example/x']);
});
