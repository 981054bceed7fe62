/** A stretch of a message: words, or an address to link to. */
export type Part = { readonly text: string; readonly href?: string };

// Chinese punctuation ends an address, for no space follows it.
const address = /https?:\/\/[^\s<>"'。，；：！？、…（）「」『』【】《》]+/gi;
const trailing = /[.,;:!?]+$/;
const brackets = ['()', '[]'];

/** Finds the addresses in a text. Only http and https ones: what else could be an address stays words. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const href = trimmed(match[0]);
    if (!URL.canParse(href)) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: href, href });
    at = match.index + href.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

// "(see https://example.org/a_(b))." ends after the inner bracket.
function trimmed(match: string): string {
  let href = match.replace(trailing, '');
  for (let before = ''; before !== href; ) {
    before = href;
    for (const [open, close] of brackets)
      if (href.endsWith(close!) && count(href, close!) > count(href, open!)) href = href.slice(0, -1).replace(trailing, '');
  }
  return href;
}

const count = (text: string, char: string): number => text.split(char).length - 1;
