import assert from 'node:assert/strict';
import { test } from 'node:test';
import { englishTag } from '../src/ui/englishTag.ts';

test('Dates are in the English that the browser prefers, and in plain English where it names one that Intl would refuse', () => {
  assert.equal(englishTag(['zh-CN', 'en-GB', 'en-US']), 'en-GB');
  assert.equal(englishTag(['en-001']), 'en-001');
  for (const languages of [['en-US@posix'], ['en_US'], ['en-US.UTF-8'], ['en-'], ['enm'], ['zh-CN'], []]) {
    assert.equal(englishTag(languages), 'en');
    new Intl.DateTimeFormat(englishTag(languages));
  }
});
