import { effectOf, fold, slotOf, type Line, type LogEvent, type User } from '@im/client';
import { byServersClock } from './im.ts';
import type { Outgoing } from './outgoing.ts';

/** Newer than anything that is stored. */
const pendingSeq = Number.MAX_SAFE_INTEGER - 1_000_000;

export const isLinePost = ({ kind }: Outgoing): boolean => effectOf[kind] === undefined;

/** A line as it will be when what we posted is stored: the same fold as later, on events that have no number yet. */
export function withPending(line: Line, outgoing: readonly Outgoing[], me: User): Line {
  const pending = outgoing.filter((each) => each.target === line.line && !isLinePost(each) && each.failure === undefined);
  return pending.reduce((folded, each, index) => fold(folded, eventOf(each, me, pendingSeq + index)), line);
}

/** A line that is on its way. */
export const pendingLine = (each: Outgoing, me: User): Line => ({ ...eventOf(each, me, pendingSeq), line: pendingSeq, effects: [] });

function eventOf({ id, kind, target, content, at }: Outgoing, { id: user, nickname }: User, seq: number): LogEvent {
  const effect = effectOf[kind];
  return {
    conversation: '', seq, id, kind, from: { id: user, nickname }, content: { ...content }, at: byServersClock(at), node: '',
    ...(target === undefined ? {} : { target }), ...(effect ? { effect, slot: slotOf(kind, content, user) } : {}),
  };
}
