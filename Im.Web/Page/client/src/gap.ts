/** A stretch of a conversation that was skipped: the messages after `afterSeq` and before `beforeSeq`, `count` of them. */
export interface Gap {
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly count: number;
}

/** The gap between two messages; none where nothing lies between them. */
export function gapBetween(afterSeq: number, beforeSeq: number): Gap[] {
  const count = beforeSeq - afterSeq - 1;
  return count > 0 ? [{ afterSeq, beforeSeq, count }] : [];
}

/** What is left of a gap when messages of it were read. The history is the truth: where it has none, none is waited for. */
export function leftOf(gap: Gap, read: readonly { readonly seq: number }[]): Gap[] {
  if (read.length === 0) return [];
  return [...gapBetween(gap.afterSeq, read[0]!.seq), ...gapBetween(read.at(-1)!.seq, gap.beforeSeq)];
}
