import assert from 'node:assert/strict';
import { test } from 'node:test';
import './browser.ts';
import type { Line, User } from '@im/client';
import { rowAt, spanOf, topsOf } from '../src/messages/layout.ts';
import { rowsOf } from '../src/messages/rows.ts';
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

/** A row in a word: whose line it is, or what else. */
const words = (contents: Omit<Parameters<typeof rowsOf>[0], 'me'>): string =>
  rowsOf({ me: jenny, ...contents })
    .map((row) => (row.kind === 'line' ? `${row.line.from.nickname}${row.first ? '[' : ''}${row.last ? ']' : ''}` : row.kind === 'gap' ? `gap:${row.gap.count}` : row.kind))
    .join(' ');

test('What one person says in one breath has one head', () => {
  assert.equal(words({ lines: [said(tom, 0), said(tom, 1), said(jenny, 2), said(tom, 3), said(tom, 9)] }), 'day head Tom[ Tom] head Jenny[] head Tom[] head Tom[]');
});

test('A day says so, and what one person says goes on with a new head', () => {
  assert.equal(words({ lines: [said(tom, 0), said(tom, 11 * 60 + 58), said(tom, 12 * 60 + 1)] }), 'day head Tom[] head Tom[] day head Tom[]');
});

test('A day that begins twice, for the nodes\' clocks differ, has two keys', () => {
  const keys = rowsOf({ me: jenny, lines: [said(tom, 12 * 60 + 1), said(jenny, 11 * 60 + 59), said(tom, 12 * 60 + 2)] }).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keys.filter((key) => key.startsWith('day')).length, 3);
});

test('What is new starts at the first message of another person after the last one read', () => {
  last = 0;
  const lines = [said(tom, 0), said(jenny, 1), said(tom, 2), said(tom, 3)];
  assert.equal(words({ lines, newAfter: 1 }), 'day head Tom[] head Jenny[] new head Tom[ Tom]');
  assert.equal(words({ lines, newAfter: 3 }), 'day head Tom[] head Jenny[] head Tom[] new head Tom[]');
  assert.equal(words({ lines, newAfter: 4 }), 'day head Tom[] head Jenny[] head Tom[ Tom]');
});

test('A gap stands between two lines, though one person speaks before and after it, and what is new begins at the gap that has it', () => {
  last = 0;
  const before = [said(tom, 0), said(tom, 1)];
  last = 99;
  const lines = [...before, said(tom, 2), said(tom, 3)];
  const gaps = [{ afterLine: 2, beforeLine: 100, count: 97 }];
  const divided = (newAfter: number) => words({ lines, gaps, newAfter });
  assert.equal(divided(2), 'day head Tom[ Tom] new gap:97 head Tom[ Tom]');
  assert.equal(divided(50), 'day head Tom[ Tom] new gap:97 head Tom[ Tom]');
  assert.equal(divided(1), 'day head Tom[] new head Tom[] gap:97 head Tom[ Tom]');
  assert.equal(divided(99), 'day head Tom[ Tom] gap:97 new head Tom[ Tom]');
  assert.equal(divided(101), 'day head Tom[ Tom] gap:97 head Tom[ Tom]');
});

test('Whatever is loaded above, below or between leaves a line its key', () => {
  last = 0;
  const lines = [said(tom, 0), said(tom, 1), said(tom, 2), said(jenny, 3), said(tom, 4)];
  const keys = (some: Line[]) => rowsOf({ me: jenny, lines: some }).filter(({ kind }) => kind === 'line').map(({ key }) => key);
  assert.deepEqual(keys(lines.slice(1, 3)), keys(lines).slice(1, 3));
});

test('What is on its way stands at the end, and keeps its key when it arrives', () => {
  const before = rowsOf({ lines: [], outgoing: [{ id: 'm-9', chat: 'lobby', kind: 'text', content: { text: 'words' }, at: noon }], me: jenny });
  const after = rowsOf({ lines: [{ ...said(jenny, 0), id: 'm-9' }], me: jenny });
  assert.deepEqual(before.map((row) => 'mine' in row && row.mine), [false, true, true]);
  assert.deepEqual(before.map(({ key }) => key), after.map(({ key }) => key));
});

test('A row is found by where it is, and only what is between two places is drawn', () => {
  last = 0;
  const rows = rowsOf({ me: jenny, lines: Array.from({ length: 1_000 }, (_, minute) => said(minute % 2 ? tom : jenny, minute)) });
  const tops = topsOf(rows, new Map(rows.map(({ key }, index) => [key, 10 + (index % 7)])));
  for (const [index, row] of rows.entries()) {
    assert.equal(rowAt(tops, tops[index]!), index, row.key);
    assert.equal(rowAt(tops, tops[index + 1]! - 0.5), index, row.key);
  }
  assert.deepEqual([rowAt(tops, -50), rowAt(tops, tops.at(-1)! + 50)], [0, rows.length - 1]);
  const { from, to } = spanOf(tops, 3_000, 4_000);
  assert.ok(tops[from]! <= 3_000 && tops[from + 1]! > 3_000 && tops[to]! >= 4_000 && tops[to - 1]! <= 4_000);
  assert.deepEqual(spanOf(topsOf([], new Map()), 0, 100), { from: 0, to: 0 });
});

test('One to three emoji are large, digits and words are not', () => {
  for (const text of ['😀', '👩‍🚀🎉', '❤️ 🌱', '🇵🇪']) assert.equal(isOnlyEmoji(text), true, text);
  for (const text of ['', '1', '*', 'a😀', '😀😀😀😀', '你好']) assert.equal(isOnlyEmoji(text), false, text);
});

test('Days are counted by the calendar', () => {
  assert.equal(daysBefore(noon - 12 * 60 * minute - 1, noon), 1);
  assert.equal(daysBefore(noon - 11 * 60 * minute, noon), 0);
});
