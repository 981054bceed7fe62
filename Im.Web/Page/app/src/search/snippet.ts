type Range = readonly [start: number, length: number];

export interface Part {
  readonly text: string;
  readonly isMatch: boolean;
}

const before = 40;
const most = 220;

/** The part of a text around its first match, in pieces: what matches, and what stands between. What is left out at either end is said by an ellipsis. */
export function snippetOf(text: string, matches: readonly Range[]): readonly Part[] {
  const [first, length] = matches[0] ?? [0, 0];
  const from = first <= before ? 0 : whole(text, first - before);
  const to = Math.max(Math.min(first + length, from + 2 * most), whole(text, Math.min(text.length, from + most)));
  const parts: Part[] = [];
  let at = from;
  const add = (until: number, isMatch: boolean) => {
    if (until > at) parts.push({ text: text.slice(at, until), isMatch });
    at = Math.max(at, until);
  };
  for (const [start, size] of matches) {
    if (start >= to) break;
    add(start, false);
    add(Math.min(start + size, to), true);
  }
  add(to, false);
  if (from > 0) parts.unshift({ text: '…', isMatch: false });
  if (to < text.length) parts.push({ text: '…', isMatch: false });
  return parts;
}

/** Never in the midst of a pair of code units. */
const whole = (text: string, at: number): number => (at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at);
