import type { Gap, Line, User } from '@im/client';
import type { Outgoing } from '../state/outgoing.ts';
import { pendingLine } from '../state/pending.ts';
import { sameDay } from '../ui/days.ts';

/** A line as it is shown; with `outgoing` it is on its way. */
export interface Shown {
  readonly key: string;
  readonly line: Line;
  readonly outgoing?: Outgoing;
}

/** Lines of one sender, one after the other within five minutes. */
export interface Group {
  readonly key: string;
  readonly sender: string;
  readonly nickname: string;
  readonly mine: boolean;
  readonly at: number;
  readonly startsDay: boolean;
  /** What is new begins here: with the first line, or in the gap before it. */
  readonly startsNew: boolean;
  /** Lines that are not loaded stand between the group before and this one. */
  readonly gap?: Gap;
  readonly items: readonly Shown[];
}

const oneBreathMs = 5 * 60_000;

/** What a conversation shows. `newAfter`: everything up to there was read. */
export interface Contents {
  readonly lines: readonly Line[];
  readonly gaps?: readonly Gap[];
  /** Lines on their way. */
  readonly outgoing?: readonly Outgoing[];
  readonly me: User | null | undefined;
  readonly newAfter?: number | undefined;
}

export function groupMessages({ lines, gaps = [], outgoing = [], me, newAfter }: Contents): Group[] {
  const groups: (Group & { items: Shown[] })[] = [];
  let isNew = false;
  let lastAt: number | undefined;
  const add = (line: Line, outgoing?: Outgoing, startsNew = false, gap?: Gap) => {
    const { at, from } = line;
    const item = { key: `${from.id} ${line.id}`, line, ...(outgoing && { outgoing }) };
    const group = groups.at(-1);
    const startsDay = lastAt === undefined || !sameDay(lastAt, at);
    if (group && group.sender === from.id && !startsDay && !startsNew && !gap && at - lastAt! < oneBreathMs) group.items.push(item);
    else groups.push({ key: item.key, sender: from.id, nickname: from.nickname, mine: from.id === me?.id, at, startsDay, startsNew, ...(gap && { gap }), items: [item] });
    lastAt = at;
  };
  for (const line of lines) {
    const gap = gaps.find((each) => each.beforeLine === line.line);
    const firstNew = gap && newAfter !== undefined && newAfter < gap.beforeLine - 1;
    const startsNew: boolean = !isNew && newAfter !== undefined && (firstNew || (line.line > newAfter && line.from.id !== me?.id));
    isNew ||= startsNew;
    add(line, undefined, startsNew, gap);
  }
  if (me) for (const each of outgoing) add(pendingLine(each, me), each);
  return groups;
}
