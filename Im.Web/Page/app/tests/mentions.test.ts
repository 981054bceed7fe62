import './browser.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';
import { mentionAt, mentionsIn, splitAtNames, suggestionsFor } from '../src/messages/mentions.ts';
import { client } from '../src/state/im.ts';

const hears = <Name extends keyof ImEvents>(name: Name, payload: ImEvents[Name]): void =>
  (client as unknown as { emit(name: Name, payload: ImEvents[Name]): void }).emit(name, payload);

const named = (id: string, nickname: string) => ({ id, nickname, brief: '', places: 1 });

hears('me', jenny);
hears('presence', { users: [{ ...tom, places: 1 }, named('t-2', 'Tommy Lee'), named('m-1', '小明'), { ...jenny, places: 1 }], guests: 0, online: 4 });

test('A name is being written from an @ that begins a word to the caret', () => {
  assert.deepEqual(mentionAt('hi @To', 6), { from: 3, query: 'to' });
  assert.deepEqual(mentionAt('你好@小', 4), { from: 2, query: '小' });
  assert.deepEqual(mentionAt('＠', 1), { from: 0, query: '' });
  for (const text of ['mail me@to', 'hi @To ', 'hi @\nTo', 'no one']) assert.equal(mentionAt(text, text.length), undefined, text);
});

test('Those are offered whose name begins so', () => {
  assert.deepEqual(suggestionsFor('to', [tom, jenny, named('t-2', 'Tommy Lee')]).map(({ nickname }) => nickname), ['Tom', 'Tommy Lee']);
  const people = [named('l-1', 'Tommy Lee'), named('l-2', 'Léa'), named('l-3', 'ＬＥＯ'), tom];
  assert.deepEqual(suggestionsFor('le', people).map(({ nickname }) => nickname), ['Léa', 'ＬＥＯ', 'Tommy Lee']);
  assert.equal(mentionAt('@LÉ', 3)?.query, 'le');
});

test('A text speaks to those whose whole names it has, and to all where that is allowed', () => {
  assert.deepEqual(mentionsIn('@tom, @Tommy Lee and @小明你好', 'lobby').mentions?.toSorted(), [tom.id, 'm-1', 't-2'].toSorted());
  assert.deepEqual(mentionsIn('@Tomato @Jenny @all', 'lobby'), {});
  assert.deepEqual(mentionsIn('@all @Tom', tom.id), { mentions: [tom.id], all: true });
});

test('Names are found in a text whatever a nickname may be made of', () => {
  assert.deepEqual(splitAtNames('hi @Tom and @Tommy!', ['@Tom', '@Tommy']), ['hi ', '@Tom', ' and ', '@Tommy', '!']);
  for (let code = 0x21; code < 0x7f; code++) {
    const name = `@a${String.fromCharCode(code)}b`;
    assert.deepEqual(splitAtNames(`1 ${name} 2`, [name]), ['1 ', name, ' 2'], name);
  }
});
