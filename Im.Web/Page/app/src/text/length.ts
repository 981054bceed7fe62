/** How many lines a text may take before it is folded; folded, it takes two thirds of that. */
const maxLines = 18;
const charactersPerLine = { wide: 74, narrow: 36 };
/** East Asian letters, as wide as two. */
const wide = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{1f000}-\u{3ffff}]/gu;

/** Whether a text would fill the screen. By counting, not by measuring: a line's height is known before it is drawn. */
export function isLong(text: string, narrow: boolean): boolean {
  if (text.length < maxLines) return false;
  const perLine = narrow ? charactersPerLine.narrow : charactersPerLine.wide;
  let lines = 0;
  for (const line of text.split('\n')) {
    lines += Math.max(1, Math.ceil((line.length + (line.match(wide)?.length ?? 0)) / perLine));
    if (lines > maxLines) return true;
  }
  return false;
}
