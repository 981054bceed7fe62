import type { Line } from './protocol.ts';

/** Lines that are not loaded between two that are: those after `afterLine` and before `beforeLine`, `count` of them. */
export interface Gap {
  readonly afterLine: number;
  readonly beforeLine: number;
  readonly count: number;
}

/** The gap between two lines; none where nothing lies between them. */
export function gapBetween(afterLine: number, beforeLine: number): Gap[] {
  const count = beforeLine - afterLine - 1;
  return count > 0 ? [{ afterLine, beforeLine, count }] : [];
}

/** Lines are numbered without gaps, so what is missing shows. */
export function gapsOf(lines: readonly Line[]): Gap[] {
  return lines.flatMap(({ line }, index) => (index === 0 ? [] : gapBetween(lines[index - 1]!.line, line)));
}
