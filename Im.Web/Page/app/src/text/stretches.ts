/** What a stretch of a text is. `mark` is what makes its neighbours so: it stays in the text, and is not shown. */
export type StretchKind = 'mark' | 'bullet' | 'strong' | 'em' | 'del' | 'code' | 'block' | 'quote' | 'list' | 'item' | 'heading';

/** A stretch of the text, and the stretches in it; what lies between those is plain. */
export interface Stretch {
  readonly kind: StretchKind;
  readonly from: number;
  to: number;
  readonly parts: Stretch[];
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
