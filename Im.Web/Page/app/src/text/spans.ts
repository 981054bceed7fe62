import { partsOf } from '../messages/links.ts';
import { splitAtNames } from '../messages/mentions.ts';

/** A name that is spoken to, or an address: no mark-up within it counts. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** What is shown, which of an address that could deceive is not what was typed. */
  readonly text: string;
  /** Where an address leads. */
  readonly href?: string;
}

/** The names and addresses in a text, in their order. */
export function spansOf(text: string, names: readonly string[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  splitAtNames(text, names).forEach((words, index) => {
    if (index % 2 === 1) spans.push({ from: at, to: (at += words.length), text: words });
    else
      for (const { text: shown, href, length } of partsOf(words)) {
        if (href) spans.push({ from: at, to: at + length, text: shown, href });
        at += length;
      }
  });
  return spans;
}

/** The text with each of them covered by letters. */
export function covered(text: string, spans: readonly Span[]): string {
  let at = 0;
  const parts = spans.map(({ from, to }) => {
    const before = text.slice(at, from);
    at = to;
    return before + 'x'.repeat(to - from);
  });
  return parts.join('') + text.slice(at);
}
