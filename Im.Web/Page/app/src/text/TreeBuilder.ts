import type { Event, Token } from 'micromark-util-types';
import { shownIn, type Piece, type Stretch, type StretchKind } from './stretches.ts';

/** More in each other than this are as they were typed. */
const maxDepth = 24;

const kinds: Readonly<Record<string, StretchKind>> = {
  strong: 'strong', emphasis: 'em', codeText: 'code', codeFenced: 'block', blockQuote: 'quote', listOrdered: 'list', listUnordered: 'list', atxHeading: 'heading',
  strongSequence: 'mark', emphasisSequence: 'mark', codeTextSequence: 'mark', codeTextPadding: 'mark', codeFencedFence: 'mark', atxHeadingSequence: 'mark', blockQuotePrefix: 'mark',
  listItemIndent: 'mark', listItemPrefix: 'bullet',
};
const containers: ReadonlySet<StretchKind> = new Set(['quote', 'list', 'item']);
/** They end with the end of their line. */
const blocks: ReadonlySet<StretchKind> = new Set(['quote', 'list', 'item', 'heading', 'block']);
const signs: ReadonlySet<StretchKind> = new Set(['mark', 'bullet']);

interface Open extends Stretch {
  readonly token: unknown;
}

/** Makes a tree of micromark's events. Unlike Markdown's, a quote or an item ends with its line unless the next one says that it goes on: `> quoted`, and below it the answer. */
export class TreeBuilder {
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
    if (isWhole && (signs.has(kind) || showsSomething(this.#text, { from, to, parts }))) into.push({ kind, from, to, parts });
    else into.push(...parts.filter((part) => !signs.has(part.kind) || (kind === 'block' && this.#text[part.from] === '>')));
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

/** A lone `>` or `-` is what it is: nothing else would be seen of it. */
function showsSomething(text: string, { from, to, parts }: Piece): boolean {
  const bullet = parts[0]?.kind === 'bullet' ? parts[0] : undefined;
  return /\S/.test(shownIn(text, bullet ? { from: bullet.to, to, parts: parts.slice(1) } : { from, to, parts }));
}

const lineEnd = (text: string, at: number): number => (text[at] === '\n' ? 1 : text.startsWith('\r\n', at) ? 2 : 0);

function kindOf({ type, start }: Token, text: string): StretchKind | undefined {
  return type === 'strong' && text[start.offset] === '~' ? 'del' : kinds[type];
}
