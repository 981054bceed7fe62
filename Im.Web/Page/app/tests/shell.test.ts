import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenLanguage } from '../src/settings/chosenLanguage.ts';
import { initialsOf } from '../src/ui/initials.ts';

test('the first language that the page has is chosen, and of Chinese the script', () => {
  const cases: readonly [readonly string[], string][] = [
    [['en-GB', 'zh-CN'], 'en'],
    [['fr', 'zh-CN', 'en'], 'zh'],
    [['zh'], 'zh'],
    [['zh-SG'], 'zh'],
    [['zh-TW'], 'zh-TW'],
    [['zh-HK'], 'zh-TW'],
    [['zh-Hant'], 'zh-TW'],
    [['zh-Hant-CN'], 'zh-TW'],
    [['zh-Hans-TW'], 'zh'],
    [['ko', 'fr'], 'en'],
    [[], 'en'],
  ];
  for (const [tags, language] of cases) assert.equal(chosenLanguage(tags), language, tags.join());
});

test('one or two letters of a name, and no half of a character', () => {
  const cases = { Jenny: 'J', 'tom b': 'TB', 'Ada Lovelace King': 'AK', 王小明: '王', '👩‍🚀 astro': '👩‍🚀A', ßeta: 'ß', 'e\u0301mile': 'E\u0301', '': '', 'a-b': 'AB', 'Tom 2': 'T', '...': '.' };
  for (const [name, letters] of Object.entries(cases)) assert.equal(initialsOf(name), letters, name);
});
