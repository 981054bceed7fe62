import { isInvisible, isWhiteSpace } from '@im/client';

/** A stretch of a message: words, or an address to link to. Of a link `text` is what to show, which for a host that could deceive is its punycode, and `length` is that of what was typed. */
export type Part = { readonly text: string; readonly href?: string; readonly length: number };

/** A host has at most 253 characters, and a colon and a port may follow. */
const maxAuthority = 259;

const scheme = /https?:\/\/|www\./iy;
const endings = new Set('<>"\'`\\«»‹›‘’‚‛“”„‟…、。〈〉《》「」『』【】〔〕〖〗〘〙〚〛〝〞〟⟨⟩⸂⸃⸄⸅⸌⸍⸜⸝⸢⸣⸤⸥⹂');
// The last three are Markdown's: in `**https://a.example/**` they are no part of the address.
const trailing = new Set('.,;:!?*_~');
const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/**
 * Finds the addresses in a text: http and https ones, and those that begin with `www.`. What else could be an address stays words.
 *
 * The text is walked once. Each character is looked at as a possible beginning, as part of one address, and as its trailing punctuation, so the time is linear in the text's
 * length: an address that turns out to be none is skipped whole.
 */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let words = 0;
  for (let at = 0; at < text.length; ) {
    const start = startAt(text, at);
    if (start === 0) {
      at++;
      continue;
    }
    const end = endOf(text, at, at + start);
    const link = linkOf(text.slice(at, end));
    if (link) {
      if (at > words) parts.push({ text: text.slice(words, at), length: at - words });
      parts.push(link);
      words = end;
    }
    at = Math.max(end, at + start);
  }
  if (words < text.length) parts.push({ text: text.slice(words), length: text.length - words });
  return parts;
}

/** How long `http://`, `https://` or `www.` is that stands here; 0 where none does. A `www.` inside a word or an e-mail address begins nothing. */
function startAt(text: string, at: number): number {
  const code = text.charCodeAt(at) | 0x20;
  if (code !== 0x68 && code !== 0x77) return 0;
  scheme.lastIndex = at;
  const found = scheme.exec(text)?.[0].length ?? 0;
  return found === 4 && at > 0 && /[\w.@/:-]/.test(text[at - 1]!) ? 0 : found;
}

/** Where the address that begins at `start`, and whose host begins at `host`, ends. */
function endOf(text: string, start: number, host: number): number {
  // Chinese, Japanese and Korean follow an address without a space, so they end it; unless its name is written in them.
  const named = isEastAsian(text.codePointAt(text.startsWith('www.', host) ? host + 4 : host) ?? 0);
  const unmatched: Record<string, number> = { '(': 0, '[': 0 };
  let inHost = true;
  let end = host;
  while (end < text.length) {
    const code = text.codePointAt(end)!;
    const char = text[end]!;
    if (isWhiteSpace(code) || isInvisible(code) || (code >= 0xd800 && code <= 0xdfff) || endings.has(char)) break;
    if (char === '/' || char === '?' || char === '#') inHost = false;
    if (isEastAsian(code) && !(inHost && named)) break;
    if (char === '(' || char === '[') unmatched[char]!--;
    else if (char === ')' || char === ']') unmatched[opening[char]!]!++;
    end += code > 0xffff ? 2 : 1;
  }
  // "(see https://example.org/a_(b))." ends after the inner bracket.
  for (; end > start; end--) {
    const last = text[end - 1]!;
    const open = opening[last];
    if (open && unmatched[open]! > 0) unmatched[open]!--;
    else if (!trailing.has(last)) break;
  }
  return end;
}

// The blocks of Han, kana, bopomofo, Hangul, their punctuation and the wide forms.
const isEastAsian = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x11ff) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xa960 && code <= 0xa97f) || (code >= 0xac00 && code <= 0xd7ff) ||
  (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe10 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xffef) || (code >= 0x1b000 && code <= 0x1b16f) ||
  (code >= 0x20000 && code <= 0x3ffff);

/** Undefined where it is no address, or one that shows a name before the host, as `https://bank.example@other.example` does. */
function linkOf(typed: string): Part | undefined {
  const begun = /^https?:\/\//i.exec(typed)?.[0] ?? '';
  const href = begun ? typed : `https://${typed}`;
  const rest = typed.slice(begun.length);
  const authority = /^[^/?#]*/.exec(rest)![0];
  if (authority.length > maxAuthority || authority.includes('@') || (!begun && !/^www\.[^.]+\.[^.]/i.test(authority)) || !URL.canParse(href)) return undefined;
  const { host, hostname } = new URL(href);
  const name = authority.replace(/:\d*$/, '').toLowerCase();
  return { text: name === hostname || isHonest(name) ? typed : begun + host + rest.slice(authority.length), href, length: typed.length };
}

// Of letters beyond ASCII, those whose script cannot be taken for the host's others. `%` and digits in other clothes are none, so what the browser makes of them is shown.
const latin = /^[a-z0-9.\-ß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĵķĺļľłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżžơưǎǐǒǔșțạ-ỹ]+$/u;
const alone = ['Arabic', 'Armenian', 'Bengali', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek', 'Gujarati', 'Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai'];
const mayMix = ['a-z\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}ー々', 'a-z\\p{sc=Han}\\p{sc=Bopo}', 'a-z\\p{sc=Han}\\p{sc=Hang}'];
const oneScript = [...alone.map((script) => `\\p{scx=${script}}`), ...mayMix].map((letters) => new RegExp(`^[0-9.\\-${letters}]+$`, 'u'));

/** The host reads as what it is: the letters of one script throughout, or of those that are written together (UTS #39, highly restrictive). */
const isHonest = (name: string): boolean => !/^[\x00-\x7f]*$/.test(name) && name === name.normalize('NFKC') && (latin.test(name) || oneScript.some((script) => script.test(name)));
