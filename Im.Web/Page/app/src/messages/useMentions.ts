import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import type { ChatKey } from '../state/route.ts';
import { folded } from '../ui/fold.ts';
import { mentionables, mentionAt, suggestionsFor, type Mentionable } from './mentions.ts';

export interface Suggestions {
  /** Empty while nobody is being mentioned. */
  readonly list: readonly Mentionable[];
  readonly chosen: number;
  pick(person: Mentionable): void;
  /** The caret moved, or the text changed. */
  look(): void;
  /** Arrows choose, Enter and Tab take, Esc closes. Enter after a whole name does not: it sends. */
  takesKey(event: KeyboardEvent): boolean;
  close(): void;
}

/** Who is offered while a name is written after "@". */
export function useMentions(chat: ChatKey, field: RefObject<HTMLTextAreaElement | null>, write: (text: string) => void): Suggestions {
  const [found, setFound] = useState<{ list: readonly Mentionable[]; query: string; from: number; to: number; chosen: number }>();
  const look = () => {
    const { value, selectionStart: to, selectionEnd } = field.current!;
    const at = to === selectionEnd ? mentionAt(value, to) : undefined;
    const list = at ? suggestionsFor(at.query, mentionables(chat)) : [];
    setFound((before) => (at && list.length > 0 ? { list, query: at.query, from: at.from, to, chosen: before?.from === at.from && before.to === to ? before.chosen : 0 } : undefined));
  };
  const pick = ({ nickname }: Mentionable) => {
    if (!found) return;
    field.current!.setRangeText(`@${nickname} `, found.from, found.to, 'end');
    setFound(undefined);
    write(field.current!.value);
    field.current!.focus();
  };
  const takesKey = (event: KeyboardEvent): boolean => {
    if (!found || event.isComposing || event.keyCode === 229) return false;
    const { list, chosen, query } = found;
    if (event.key === 'Enter' && folded(list[chosen]!.nickname) === query) return (setFound(undefined), false);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setFound({ ...found, chosen: (chosen + (event.key === 'ArrowDown' ? 1 : list.length - 1)) % list.length });
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) pick(list[chosen]!);
    else if (event.key === 'Escape') setFound(undefined);
    else return false;
    event.preventDefault();
    return true;
  };
  return { list: found?.list ?? [], chosen: found?.chosen ?? 0, pick, look, takesKey, close: () => setFound(undefined) };
}
