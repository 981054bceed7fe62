import { parse, postprocess, preprocess } from 'micromark';
import type { Event, Token } from 'micromark-util-types';
import { emphasis } from './emphasis.ts';

/** What a stretch of a text is. `mark` is what makes its neighbours so: it stays in the text, and is not shown. */
export type StretchKind = 'mark' | 'bullet' | 'strong' | 'em' | 'del' | 'code' | 'block' | 'quote' | 'list' | 'item' | 'heading';

/** A stretch of the text, and the stretches in it; what lies between those is plain. */
export interface Stretch {
  readonly kind: StretchKind;
  readonly from: number;
  to: number;
  readonly parts: Stretch[];
}

/** Where none of these is, nothing has to be parsed. */
const mayBeMarked = /[*_`]|~~|^[ \t]*(?:[>+-]|\d+[.)]|#)/m;
// Of a text that has more of either than anybody types nothing is parsed: what micromark takes grows with their square.
const maxMarks = 500;
const maxContainers = 400;
/** Of quotes and lists in each other at the beginning of a line. */
const maxNested = 8;
const marks = /(?<![a-z0-9])[*_~`]+|[*_~`]+(?![a-z0-9])/gi;
const beginnings = /^(?:[ \t]*(?:>|(?:[*+-]|#{1,6}|\d{1,9}[.)])(?=[ \t]|$)))+/gm;
const maxDepth = 3 * maxNested;
/** The others are none where they would show nothing: a lone `>` or `-` is what it is. */
const always: ReadonlySet<StretchKind> = new Set(['mark', 'bullet']);

const disabled = [
  'attention', 'autolink', 'characterEscape', 'characterReference', 'codeIndented', 'definition', 'hardBreakEscape', 'htmlFlow', 'htmlText', 'labelEnd', 'labelStartImage',
  'labelStartLink', 'setextUnderline', 'thematicBreak',
];
const options = { extensions: [{ text: { 42: emphasis, 95: emphasis, 126: emphasis }, disable: { null: disabled } }] };

const kinds: Readonly<Record<string, StretchKind>> = {
  strong: 'strong', emphasis: 'em', codeText: 'code', codeFenced: 'block', blockQuote: 'quote', listOrdered: 'list', listUnordered: 'list', atxHeading: 'heading',
  strongSequence: 'mark', emphasisSequence: 'mark', codeTextSequence: 'mark', codeTextPadding: 'mark', codeFencedFence: 'mark', atxHeadingSequence: 'mark', blockQuotePrefix: 'mark',
  listItemIndent: 'mark', listItemPrefix: 'bullet',
};
const containers: ReadonlySet<StretchKind> = new Set(['quote', 'list', 'item']);
/** They end with the end of their line. */
const blocks: ReadonlySet<StretchKind> = new Set(['quote', 'list', 'item', 'heading', 'block']);

/**
 * The Markdown in a text; docs/protocol.md says which. Nothing of the text is left out: whoever puts the stretches and what lies between them in a row has it as it was typed.
 *
 * @param text With what is no mark-up, as addresses and names, covered by as many other letters.
 */
export function stretchesOf(text: string): readonly Stretch[] {
  if (!mayBeMarked.test(text) || isTooMuch(text)) return [];
  text = text.replace(/^\ufeff/, '\u2060'); // which micromark would leave out
  const builder = new TreeBuilder(text);
  const events = postprocess(parse(options).document().write(preprocess()(text, undefined, true)));
  events.forEach((_, index) => builder.take(events, index));
  return builder.end();
}

function isTooMuch(text: string): boolean {
  if ((text.match(marks)?.length ?? 0) > maxMarks) return true;
  const nested = Array.from(text.matchAll(beginnings), ([beginning]) => beginning.match(/>|[*+-]|#+|\d+/g)!.length);
  return nested.reduce((sum, each) => sum + each, 0) > maxContainers || nested.some((each) => each > maxNested);
}

/** A part of the text, with the stretches in it. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Stretch[];
}

/** A piece without its marks. */
export function shownIn(text: string, { from, to, parts }: Piece): string {
  let shown = '';
  let at = from;
  for (const part of parts) {
    shown += text.slice(at, part.from) + (part.kind === 'mark' ? '' : shownIn(text, part));
    at = part.to;
  }
  return shown + text.slice(at, to);
}

interface Open extends Stretch {
  readonly token: unknown;
}

/** Makes a tree of micromark's events. Unlike Markdown's, a quote or an item ends with its line unless the next one says that it goes on: `> quoted`, and below it the answer. */
class TreeBuilder {
  readonly #text: string;
  readonly #top: Open;
  readonly #open: Open[];
  /** The quotes, lists and items that micromark is in: of ours some may have ended before. */
  readonly #containers: { readonly token: unknown; readonly kind: StretchKind }[] = [];
  #inParagraph = false;

  constructor(text: string) {
    this.#text = text;
    this.#top = { token: undefined, kind: 'block', from: 0, to: text.length, parts: [] };
    this.#open = [this.#top];
  }

  take(events: readonly Event[], index: number): void {
    const [step, token] = events[index]!;
    if (token.type === 'paragraph') this.#inParagraph = step === 'enter';
    else if (step === 'enter') this.#enter(token);
    else if (token.type === 'lineEnding' && this.#inParagraph) this.#endUnlessContinued(events, index);
    else this.#exit(token);
  }

  end(): readonly Stretch[] {
    this.#closeTo(this.#top, this.#text.length);
    return this.#top.parts;
  }

  #enter(token: Token): void {
    const at = token.start.offset;
    if (token.type === 'listItemPrefix') {
      const last = this.#containers.findLastIndex(({ kind }) => kind === 'list') + 1;
      if (this.#containers[last]) this.#leave(this.#containers[last]!.token, at);
      this.#containers.push({ token: {}, kind: 'item' });
    }
    const kind = kindOf(token, this.#text);
    if (!kind) return;
    if (containers.has(kind)) this.#containers.push({ token, kind });
    else {
      if (token.type === 'listItemPrefix' || token.type === 'blockQuotePrefix') for (const each of this.#containers) if (!this.#isOpen(each.token)) this.#push(each.token, each.kind, at);
      this.#push(token, kind, at);
    }
  }

  #exit(token: Token): void {
    const kind = kindOf(token, this.#text);
    if (!kind) return;
    if (containers.has(kind)) {
      const item = this.#containers.at(-1)!;
      if (item.kind === 'item') this.#leave(item.token, token.end.offset);
    }
    this.#leave(token, token.end.offset);
  }

  #leave(token: unknown, at: number): void {
    const index = this.#containers.findLastIndex((each) => each.token === token);
    if (index >= 0) this.#containers.length = index;
    const open = this.#open.find((each) => each.token === token);
    if (!open) return;
    this.#closeTo(open, at);
    this.#close(at);
  }

  #endUnlessContinued(events: readonly Event[], index: number): void {
    let continued = 0;
    for (let i = index + 1; events[i]; i++) {
      const [step, { type }] = events[i]!;
      if (step === 'enter' && (type === 'blockQuotePrefix' || type === 'listItemIndent')) continued++;
      else if (!/Prefix|Marker|listItemIndent/.test(type)) break;
    }
    const items = this.#open.filter(({ kind }) => kind === 'quote' || kind === 'item');
    if (continued >= items.length) return;
    const first = this.#open.indexOf(items[continued]!);
    const list = this.#open[first]!.kind === 'item' ? first - 1 : first;
    const at = events[index]![1].end.offset;
    this.#closeTo(this.#open[list]!, at);
    this.#close(at);
  }

  #isOpen = (token: unknown): boolean => this.#open.some((each) => each.token === token);

  #push(token: unknown, kind: StretchKind, from: number): void {
    if (this.#open.length < maxDepth) this.#open.push({ token, kind, from, to: from, parts: [] });
  }

  #closeTo(open: Open, at: number): void {
    while (this.#open.at(-1) !== open) this.#close(at);
  }

  #close(at: number): void {
    const { kind, from, parts } = this.#open.pop()!;
    const into = this.#open.at(-1)!.parts;
    let to = Math.max(at, parts.at(-1)?.to ?? 0);
    if (blocks.has(kind) && this.#text[to - 1] !== '\n') to += lineEnd(this.#text, to);
    if (kind === 'mark' && this.#text[from] === '#') while (this.#text[to] === ' ') to++;
    const isWhole = kind === 'block' ? fence(this.#text, parts, to) : kind !== 'list' || parts.length > 0;
    const isShown = always.has(kind) || /\S/.test(shownIn(this.#text, { from: kind === 'item' ? parts[0]!.to : from, to, parts: parts.slice(kind === 'item' ? 1 : 0) }));
    if (isWhole && isShown) into.push({ kind, from, to, parts });
    else into.push(...parts.filter((part) => !always.has(part.kind) || (kind === 'block' && this.#text[part.from] === '>')));
  }
}

/** The two fences with the ends of their lines become its first and last mark; false where the second is missing: then it is no code. */
function fence(text: string, parts: Stretch[], end: number): boolean {
  const isFence = ({ from }: Stretch) => text.startsWith('```', from) || text.startsWith('~~~', from);
  if (parts.length < 2 || !isFence(parts.at(-1)!)) return false;
  const first = parts.shift()!;
  let { from } = parts.pop()!;
  while (parts.at(-1)?.to === from) from = parts.pop()!.from;
  first.to += lineEnd(text, first.to);
  if (text[from - 1] === '\n') from -= text[from - 2] === '\r' ? 2 : 1;
  parts.unshift(first);
  parts.push({ kind: 'mark', from: Math.max(from, first.to), to: end, parts: [] });
  return true;
}

const lineEnd = (text: string, at: number): number => (text[at] === '\n' ? 1 : text.startsWith('\r\n', at) ? 2 : 0);

function kindOf({ type, start }: Token, text: string): StretchKind | undefined {
  return type === 'strong' && text[start.offset] === '~' ? 'del' : kinds[type];
}
