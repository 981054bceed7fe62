import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.ts';
import type { Line, User } from '@im/client';
import { groupMessages } from '../src/messages/grouping.ts';
import { isOnlyEmoji } from '../src/messages/emoji.ts';
import { daysBefore } from '../src/ui/days.ts';

const jenny: User = { id: 'j', nickname: 'Jenny', brief: '' };
const tom: User = { id: 't', nickname: 'Tom', brief: '' };
const noon = new Date(2026, 8, 21, 12).getTime();
const minute = 60_000;

let last = 0;
const said = (from: User, minutes: number): Line => ({
  conversation: 'lobby',
  seq: ++last,
  line: last,
  kind: 'text',
  id: `m-${last}`,
  from: { id: from.id, nickname: from.nickname },
  content: { text: 'words' },
  effects: [],
  at: noon + minutes * minute,
  node: 'realtime-1',
});

const shape = (lines: Line[], newAfter?: number) => groupMessages({ lines, me: jenny, newAfter }).map((group) => [group.nickname, group.items.length]);

test('What one person says in one breath is one group', () => {
  assert.deepEqual(shape([said(tom, 0), said(tom, 1), said(jenny, 2), said(tom, 3), said(tom, 9)]), [['Tom', 2], ['Jenny', 1], ['Tom', 1], ['Tom', 1]]);
});

test('A day starts a group, and says so', () => {
  const groups = groupMessages({ lines: [said(tom, 0), said(tom, 11 * 60 + 58), said(tom, 12 * 60 + 1)], me: jenny });
  assert.deepEqual(groups.map((group) => group.startsDay), [true, false, true]);
});

test('What is new starts at the first message of another person after the last one read', () => {
  last = 0;
  const lines = [said(tom, 0), said(jenny, 1), said(tom, 2), said(tom, 3)];
  assert.deepEqual(groupMessages({ lines, me: jenny, newAfter: 1 }).map((group) => group.startsNew), [false, false, true]);
});

test('A gap stands between two groups, though one person speaks before and after it, and what is new begins at the gap that has it', () => {
  last = 0;
  const before = [said(tom, 0), said(tom, 1)];
  last = 99;
  const lines = [...before, said(tom, 2), said(tom, 3)];
  const gaps = [{ afterLine: 2, beforeLine: 100, count: 97 }];
  const divided = (newAfter: number) => groupMessages({ lines, gaps, me: jenny, newAfter }).map(({ gap, startsNew, items }) => [gap?.count, startsNew, items.length]);
  assert.deepEqual(divided(2), [[undefined, false, 2], [97, true, 2]]);
  assert.deepEqual(divided(50), [[undefined, false, 2], [97, true, 2]]);
  assert.deepEqual(divided(1), [[undefined, false, 1], [undefined, true, 1], [97, false, 2]]);
  assert.deepEqual(divided(99), [[undefined, false, 2], [97, true, 2]]);
  assert.deepEqual(divided(101), [[undefined, false, 2], [97, false, 2]]);
});

test('What is on its way stands at the end, and keeps its key when it arrives', () => {
  const [before] = groupMessages({ lines: [], outgoing: [{ id: 'm-9', chat: 'lobby', kind: 'text', content: { text: 'words' }, at: noon }], me: jenny });
  const [after] = groupMessages({ lines: [{ ...said(jenny, 0), id: 'm-9' }], me: jenny });
  assert.equal(before!.mine, true);
  assert.equal(before!.items[0]!.key, after!.items[0]!.key);
});

test('One to three emoji are large, digits and words are not', () => {
  for (const text of ['😀', '👩‍🚀🎉', '❤️ 🌱', '🇵🇪']) assert.equal(isOnlyEmoji(text), true, text);
  for (const text of ['', '1', '*', 'a😀', '😀😀😀😀', '你好']) assert.equal(isOnlyEmoji(text), false, text);
});

test('Days are counted by the calendar', () => {
  assert.equal(daysBefore(noon - 12 * 60 * minute - 1, noon), 1);
  assert.equal(daysBefore(noon - 11 * 60 * minute, noon), 0);
});
