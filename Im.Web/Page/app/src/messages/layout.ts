import { contentOf, textOf, type Line } from '@im/client';
import { shownSize } from '../files/shownSize.ts';
import type { Row } from './rows.ts';

/** Rows `from` up to, not including, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where each row begins, and at last where the last one ends: by its height where that was measured, else by a guess. */
export function topsOf(rows: readonly Row[], heights: ReadonlyMap<string, number>): Float64Array {
  const tops = new Float64Array(rows.length + 1);
  for (let index = 0; index < rows.length; index++) tops[index + 1] = tops[index]! + (heights.get(rows[index]!.key) ?? guess(rows[index]!));
  return tops;
}

/** The row at a place; the first or the last one where the place is beyond. */
export function rowAt(tops: Float64Array, place: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What is between two places. */
export function spanOf(tops: Float64Array, top: number, bottom: number): Span {
  return tops.length < 2 ? { from: 0, to: 0 } : { from: rowAt(tops, top), to: rowAt(tops, bottom) + 1 };
}

const lineHeight = 22;
const charactersInLine = 60;
const guesses = { day: 46, new: 46, gap: 96, head: 33, file: 46 };

const guessed = new WeakMap<Line, number>();

/** Only for the scroll bar, and for what is far from the screen: what is near is measured. */
function guess(row: Row): number {
  if (row.kind !== 'line') return guesses[row.kind];
  const { line } = row;
  let height = guessed.get(line);
  if (height === undefined) {
    const lines = textOf(line).split('\n').reduce((sum, each) => sum + Math.max(1, Math.ceil(each.length / charactersInLine)), 0);
    const file = contentOf(line, 'file');
    height = 20 + (file ? (shownSize(file)?.height ?? guesses.file) + (file.caption ? lineHeight : 0) : lines * lineHeight) + (line.effects.length > 0 ? 36 : 0) + (line.target === undefined ? 0 : 29);
    guessed.set(line, height);
  }
  return height;
}
