// What is white space and what is invisible: as Im.Protocol's VisibleText, with its vectors in Im.Protocol/Vectors/text.json. Fixed here, and not by the engine's Unicode version.

/** First and last of each range, ascending; white space is left out. */
const invisible = [
  0x0000, 0x0008, 0x000e, 0x001f, 0x007f, 0x0084, 0x0086, 0x009f, 0x00ad, 0x00ad, 0x034f, 0x034f, 0x061c, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x200b, 0x200f,
  0x202a, 0x202e, 0x2060, 0x206f, 0x2800, 0x2800, 0x3164, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffb, 0x13430, 0x1343f, 0x13441, 0x13442, 0x16fe4,
  0x16fe4, 0x1bca0, 0x1bca3, 0x1d159, 0x1d159, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
];

/** Unicode's White_Space. JavaScript's own `trim` and `\s` have U+FEFF besides, and lack U+0085. */
export const isWhiteSpace = (code: number): boolean =>
  (code >= 0x9 && code <= 0xd) || code === 0x20 || code === 0x85 || code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 ||
  code === 0x202f || code === 0x205f || code === 0x3000;

/** What draws nothing by its nature: controls, zero width characters, marks of direction, fillers, variation selectors, tags. */
export function isInvisible(code: number): boolean {
  let from = 0;
  for (let to = invisible.length / 2; from < to; ) {
    const middle = (from + to) >> 1;
    if (code > invisible[2 * middle + 1]!) from = middle + 1;
    else to = middle;
  }
  return 2 * from < invisible.length && code >= invisible[2 * from]!;
}

/** False for a text of nothing but white space and what is invisible: as a message it is refused with `text_empty`. */
export function hasVisible(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (!isWhiteSpace(code) && !isInvisible(code)) return true;
    if (code > 0xffff) at++;
  }
  return false;
}

/** Without the white space at both ends. */
export function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isWhiteSpace(text.charCodeAt(from))) from++;
  while (to > from && isWhiteSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
