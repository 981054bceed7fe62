import { partsOf } from './links.ts';

/** A text with its addresses as links. Text nodes only: nothing in a message is ever markup. With a direction of its own, no mark in the text can turn an address around. */
export function Linked({ text }: { text: string }) {
  return (
    <>
      {partsOf(text).map(({ text: words, href }) =>
        href ? (
          <a href={href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
            {words}
          </a>
        ) : (
          words
        ),
      )}
    </>
  );
}
