import type { LogEnd, Line, User } from './protocol.ts';
import type { Timeline } from './timeline.ts';

/** What an application keeps, to show it when it is opened again. Plain data. */
export interface Visit {
  readonly user: User;
  /** The life of the store in which the numbers below mean something. */
  readonly epoch: string;
  readonly timelines: readonly KeptTimeline[];
}

export interface KeptTimeline extends LogEnd {
  readonly conversation: string;
  /** The other one of a direct conversation. */
  readonly peer?: string;
  readonly lines: readonly Line[];
}

/** Nothing, or the newest lines of a timeline as they are now. */
export function restorable({ addressee, lines, lastSeq, lastLine }: Timeline, maxLines: number): KeptTimeline[] {
  const newest = lines.slice(-maxLines);
  const conversation = newest[0]?.conversation;
  if (conversation === undefined || lastSeq === undefined || lastLine === undefined) return [];
  return [{ conversation, ...('user' in addressee ? { peer: addressee.user } : {}), lines: newest, lastSeq, lastLine }];
}
