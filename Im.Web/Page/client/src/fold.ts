import { isSystem } from './kinds.ts';
import type { Line, LogEvent } from './protocol.ts';

/** The name of whoever deleted their account. */
export const deletedNickname = '(deleted)';

/** A line as a page of history brings it. There a missing content means that it was erased. */
export function lineOfPage(line: Line): Line {
  const effects = [...(line.effects ?? [])].sort((a, b) => a.seq - b.seq);
  if (line.content === undefined || effects.some(({ effect }) => effect === 'erase')) return erased({ ...line, effects });
  const shown = newestReplace(effects);
  return { ...line, effects: effects.map((each) => (each === shown ? { ...each, content: line.content! } : each)) };
}

/** A line as its own event brings it. */
export function lineOfEvent(event: LogEvent & { readonly line: number }): Line {
  return { ...event, effects: [] };
}

/**
 * The state of a line after an event. It knows no kinds, and any order, doubles and gaps of the same events give the same state.
 * The same object where the event changes nothing.
 */
export function fold(line: Line, event: LogEvent): Line {
  if (event.kind === 'erasure') return foldErasure(line, event);
  if (event.line !== undefined || event.target !== line.line || !event.effect) return line;
  if (event.effect === 'erase') return put(line.erased ? line : erased(line), event);
  if (line.erased) return line;
  const marked = put(line, event);
  const shown = newestReplace(marked.effects);
  return marked === line || !shown ? marked : withContent(marked, shown.content);
}

/** What is known of a line from two places: both states in one. */
export function merge(line: Line, other: Line): Line {
  let merged = other.effects.reduce(fold, line);
  if (other.erased && !merged.erased) merged = erased(merged);
  if (other.from.nickname === deletedNickname && merged.from.nickname !== deletedNickname) merged = { ...merged, from: other.from };
  if (other.tally && !merged.tally && !merged.erased) merged = { ...merged, tally: other.tally };
  const lacksContent = !merged.content && !merged.erased && !newestReplace(merged.effects);
  return lacksContent && other.content ? { ...merged, content: other.content } : merged;
}

/** The lines of a conversation after an event. One whose target is not among them changes nothing. The same array where nothing changes. */
export function foldAll(lines: readonly Line[], event: LogEvent): readonly Line[] {
  if (isLine(event)) {
    const at = lines.findIndex(({ line }) => line >= event.line);
    if (at < 0) return [...lines, lineOfEvent(event)];
    if (lines[at]!.line !== event.line) return [...lines.slice(0, at), lineOfEvent(event), ...lines.slice(at)];
    return changed(lines, (line) => (line.line === event.line ? merge(line, lineOfEvent(event)) : line));
  }
  return changed(lines, (line) => fold(line, event));
}

export const isLine = (event: LogEvent): event is LogEvent & { readonly line: number } => event.line !== undefined;

/** The event that replaced the content that was there first; undefined where it was not edited. */
export function newestReplace(effects: readonly LogEvent[]): LogEvent | undefined {
  return effects.filter(({ effect }) => effect === 'replace').at(-1);
}

function foldErasure(line: Line, { seq, content }: LogEvent): Line {
  const user = content?.['user'];
  if (user === undefined || line.seq >= seq) return line;
  if (line.kind === 'member' && line.content?.['user'] === user && line.content['nickname'] !== deletedNickname)
    line = { ...line, content: { ...line.content, nickname: deletedNickname } };
  if (line.from.id !== user) return line;
  const unnamed = line.from.nickname === deletedNickname ? line : { ...line, from: { ...line.from, nickname: deletedNickname } };
  return content!['texts'] === true && !unnamed.erased && !isSystem(line) ? erased(unnamed) : unnamed; // what happened to a room stays said
}

// The newest of a kind and slot holds. Of two copies of one event, that which still has its content.
function put(line: Line, event: LogEvent): Line {
  const there = line.effects.find(({ kind, slot = '' }) => kind === event.kind && slot === (event.slot ?? ''));
  if (there && (there.seq > event.seq || (there.seq === event.seq && (there.content || !event.content)))) return line;
  const effects = [...line.effects.filter((each) => each !== there), event].sort((a, b) => a.seq - b.seq);
  return { ...line, effects };
}

function erased({ content: _, tally: __, ...line }: Line): Line {
  return { ...line, effects: line.effects.filter(({ effect }) => effect === 'erase'), erased: true };
}

function withContent({ content: _, ...line }: Line, content: Line['content']): Line {
  return content ? { ...line, content } : line;
}

function changed(lines: readonly Line[], change: (line: Line) => Line): readonly Line[] {
  const after = lines.map(change);
  return after.some((line, index) => line !== lines[index]) ? after : lines;
}
