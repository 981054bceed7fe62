/** What a shortcut puts around what is selected. */
export const marksOfKey: Readonly<Record<string, string>> = { b: '**', i: '_', e: '`' };

/** What takes the place of a stretch of the text, and what is selected then. */
export interface Marking {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  readonly selectFrom: number;
  readonly selectTo: number;
}

/** Puts marks around what is selected, without the blanks at its ends; where they are already, takes them away. */
export function marked(text: string, from: number, to: number, mark: string): Marking {
  while (from < to && /\s/.test(text[from]!)) from++;
  while (to > from && /\s/.test(text[to - 1]!)) to--;
  const inner = text.slice(from, to);
  const size = mark.length;
  if (text.slice(0, from).endsWith(mark) && text.startsWith(mark, to)) return { from: from - size, to: to + size, insert: inner, selectFrom: from - size, selectTo: to - size };
  if (inner.length > 2 * size && inner.startsWith(mark) && inner.endsWith(mark)) return { from, to, insert: inner.slice(size, -size), selectFrom: from, selectTo: to - 2 * size };
  return { from, to, insert: mark + inner + mark, selectFrom: from + size, selectTo: to + size };
}
