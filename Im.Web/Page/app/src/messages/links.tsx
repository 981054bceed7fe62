import type { ComponentChildren } from 'preact';

const address = /https?:\/\/[^\s<>"']+/gi;
const trailing = /[.,;:!?。，；：！？、…]+$/;

/** The text with its addresses as links. Only http and https, and only text nodes: nothing in a message is ever markup. */
export function linked(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const href = trimmed(match[0]);
    if (!URL.canParse(href)) continue;
    parts.push(text.slice(at, match.index));
    parts.push(
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {href}
      </a>,
    );
    at = match.index + href.length;
  }
  parts.push(text.slice(at));
  return parts;
}

// "(see https://example.org/a_(b))." ends after the inner bracket.
function trimmed(match: string): string {
  let href = match.replace(trailing, '');
  for (const [open, close] of ['()', '[]', '（）', '「」']) {
    while (href.endsWith(close!) && count(href, close!) > count(href, open!)) href = href.slice(0, -1).replace(trailing, '');
  }
  return href;
}

const count = (text: string, char: string): number => text.split(char).length - 1;
