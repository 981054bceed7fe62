import { isSystem, type Gap, type Line, type User } from '@im/client';
import type { Outgoing } from '../state/outgoing.ts';
import { pendingLine } from '../state/pending.ts';
import { startOfDay } from '../ui/days.ts';

/** A line as it is shown; with `outgoing` it is on its way. `first` and `last` of what one person says in one breath. */
export interface LineRow {
  readonly kind: 'line';
  readonly key: string;
  readonly line: Line;
  readonly outgoing?: Outgoing;
  readonly mine: boolean;
  readonly first: boolean;
  readonly last: boolean;
}

/** What stands in a conversation, one below the other. Its key stays its own whatever is loaded before or after it. */
export type Row =
  | LineRow
  /** Who says what follows, and since when. */
  | { readonly kind: 'head'; readonly key: string; readonly line: Line; readonly mine: boolean }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** What is new begins here. */
  | { readonly kind: 'new'; readonly key: string }
  /** Lines that are not loaded. */
  | { readonly kind: 'gap'; readonly key: string; readonly gap: Gap };

/** What a conversation shows. `newAfter`: everything up to there was read. */
export interface Contents {
  readonly lines: readonly Line[];
  readonly gaps?: readonly Gap[];
  /** Lines on their way. */
  readonly outgoing?: readonly Outgoing[];
  readonly me: User | null | undefined;
  readonly newAfter?: number | undefined;
}

/** The key of the divider: another one for another place. */
export const newKeyOf = (newAfter: number): string => `new ${newAfter}`;

/** The same before and after it is stored. */
export const keyOfLine = ({ from, id }: Line): string => `${from.id} ${id}`;

const oneBreathMs = 5 * 60_000;

export function rowsOf({ lines, gaps = [], outgoing = [], me, newAfter }: Contents): Row[] {
  const rows: Row[] = [];
  const pending = me ? outgoing.map((each) => ({ line: pendingLine(each, me), outgoing: each })) : [];
  const all = lines.length + pending.length;
  const at = (index: number): { line: Line; outgoing?: Outgoing } => (index < lines.length ? { line: lines[index]! } : pending[index - lines.length]!);
  let nextGap = 0;
  let isNew = newAfter === undefined;
  const days = new Set<number>();
  let day = NaN;
  let first = true;
  for (let index = 0; index < all; index++) {
    const shown = at(index);
    const { line } = shown;
    const gap = gaps[nextGap]?.beforeLine === line.line ? gaps[nextGap] : undefined;
    const startsDay = !isWithinDay(line.at, day);
    const newInGap = gap && !isNew && newAfter! < gap.beforeLine - 1;
    const startsNew = !isNew && !shown.outgoing && (newInGap || (line.line > newAfter! && isNews(line, me)));
    if (startsNew && newInGap) rows.push({ kind: 'new', key: newKeyOf(newAfter!) });
    if (gap) rows.push({ kind: 'gap', key: `gap ${nextGap++}`, gap });
    if (startsDay) {
      day = startOfDay(line.at);
      rows.push({ kind: 'day', key: days.has(day) ? `day ${day} ${line.line}` : `day ${day}`, at: line.at }); // clocks differ: a day may begin twice
      days.add(day);
    }
    if (startsNew && !newInGap) rows.push({ kind: 'new', key: newKeyOf(newAfter!) });
    isNew ||= startsNew;

    const key = keyOfLine(line);
    const mine = line.from.id === me?.id;
    first ||= startsDay || startsNew || gap !== undefined;
    if (first && !isSystem(line)) rows.push({ kind: 'head', key: `head ${key}`, line, mine });
    const next = index + 1 < all ? at(index + 1).line : undefined;
    const startsNext: boolean = next !== undefined && !isNew && next.line > newAfter! && isNews(next, me);
    const last = !next || isSystem(line) || isSystem(next) || next.from.id !== line.from.id || next.at - line.at >= oneBreathMs || !isWithinDay(next.at, day) || startsNext || gaps[nextGap]?.beforeLine === next.line;
    rows.push({ kind: 'line', key, ...shown, mine, first, last });
    first = last;
  }
  return rows;
}

/** Somebody else has said something; what happened to a room is shown, and nobody waits for it. */
export const isNews = (line: Line, me: User | null | undefined): boolean => line.from.id !== me?.id && !isSystem(line);

// Without asking the calendar for each line: a day has at least 23 hours, and what is beyond asks.
const isWithinDay = (at: number, start: number): boolean => at >= start && (at < start + 23 * 3_600_000 || startOfDay(at) === start);
