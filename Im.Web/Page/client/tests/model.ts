import { deletedNickname, newestReplace } from '../src/fold.ts';
import type { User } from '../src/index.ts';
import type { Content, Line, LogEvent } from '../src/protocol.ts';

// What a node stores, and what a page of it says: judged by looking at the whole log at once, not by folding.

export function event(seq: number, { id, nickname }: User, rest: { kind: string; content: Content } & Partial<LogEvent>): LogEvent {
  return { conversation: 'lobby', seq, id: `e-${seq}`, from: { id, nickname }, at: seq, node: 'realtime-1', ...rest };
}

/** All lines, as a node answers `lines` when its newest event is `lastSeq`. */
export function pageOf(events: readonly LogEvent[], lastSeq: number): Line[] {
  const known = events.filter(({ seq }) => seq <= lastSeq);
  return known.flatMap((line) => {
    if (line.line === undefined) return [];
    const gone = known.filter(({ kind, content, seq }) => kind === 'erasure' && content!['user'] === line.from.id && seq > line.seq);
    const mine = known.filter(({ target, line: own }) => target === line.line && own === undefined);
    const isErased = mine.some(({ effect }) => effect === 'erase') || gone.some(({ content }) => content!['texts']);
    const holds = mine.filter((each) => !mine.some(({ kind, slot, seq }) => kind === each.kind && slot === each.slot && seq > each.seq)).filter(({ effect }) => !isErased || effect === 'erase');
    const { content, ...rest } = { ...line, line: line.line, from: gone.length > 0 ? { ...line.from, nickname: deletedNickname } : line.from };
    return [{ ...rest, ...(isErased ? {} : { content: newestReplace(holds)?.content ?? content! }), effects: holds }];
  });
}

/** All events, as a node answers `events` then: what is not shown any more has no content. */
export function eventsOf(events: readonly LogEvent[], lastSeq: number): LogEvent[] {
  const shown = new Map(pageOf(events, lastSeq).map((line) => [line.line, line]));
  return events.flatMap((each) => {
    if (each.seq > lastSeq) return [];
    const { content, ...bare } = each;
    const line = shown.get(each.line ?? each.target ?? 0);
    const replaced = line !== undefined && (line.content === undefined ? each.effect !== 'erase' : newestReplace(line.effects) !== undefined && (each.line !== undefined || (each.effect === 'replace' && !line.effects.includes(each))));
    return [replaced ? bare : each];
  });
}

/** What is compared of a line. */
export const summary = ({ line, content, effects, erased, from }: Line) => ({
  line,
  ...(content ? { content } : {}),
  effects: effects.map(({ seq }) => seq),
  ...(erased ? { erased } : {}),
  ...(from.nickname === deletedNickname ? { nickname: deletedNickname } : {}),
});
