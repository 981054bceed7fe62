import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { CodeBlock } from './CodeBlock.tsx';
import { stretchesOf } from './markdown.ts';
import { covered, spansOf, type Span } from './spans.ts';
import { shownIn, type Piece, type Stretch } from './stretches.ts';
import './text.css';

const noNames: readonly string[] = [];

/**
 * A text with its Markdown, its addresses as links and its names marked. Elements and text nodes only: nothing in a text is ever HTML. All of the text is there, the marks too, which are
 * not seen and not read out: so it is found and copied as it was typed.
 */
export function Formatted({ text, names = noNames }: { text: string; names?: readonly string[] }) {
  const [stretches, spans] = useMemo(() => {
    const found = spansOf(text, names);
    return [stretchesOf(covered(text, found)), found];
  }, [text, names.join('\n')]);
  return <>{drawn({ text, spans }, { from: 0, to: text.length, parts: stretches })}</>;
}

/** For one line in a list, and for what is read out: without marks. */
export function plainText(text: string): string {
  return shownIn(text, { from: 0, to: text.length, parts: stretchesOf(covered(text, spansOf(text, noNames))) });
}

interface Source {
  readonly text: string;
  readonly spans: readonly Span[];
}

function drawn(source: Source, { from, to, parts }: Piece): ComponentChildren[] {
  const children: ComponentChildren[] = [];
  let at = from;
  for (const part of parts) {
    children.push(...plain(source, at, part.from), element(source, part));
    at = part.to;
  }
  children.push(...plain(source, at, to));
  return children;
}

function element(source: Source, part: Stretch): ComponentChildren {
  const { text } = source;
  if (part.kind === 'code' || part.kind === 'block') source = { text, spans: [] };
  const children = drawn(source, part);
  switch (part.kind) {
    case 'mark':
      return <Mark>{text.slice(part.from, part.to)}</Mark>;
    case 'bullet':
      return <span class={`md-bullet${/[-*+]/.test(text[part.from]!) ? ' is-dot' : ''}`}>{children}</span>;
    case 'strong':
      return <strong>{children}</strong>;
    case 'em':
      return <em>{children}</em>;
    case 'del':
      return <del>{children}</del>;
    case 'code':
      return <code dir="ltr">{children}</code>;
    case 'block':
      return <CodeBlock text={text} part={part}>{children}</CodeBlock>;
    case 'quote':
      return <blockquote dir="auto">{children}</blockquote>;
    case 'heading':
      return <p class="md-heading" dir="auto">{children}</p>;
    case 'list':
      return /\d/.test(text[part.parts[0]!.from]!) ? <ol class="md-list">{children}</ol> : <ul class="md-list">{children}</ul>;
    case 'item':
      return <li dir="auto">{children}</li>;
  }
}

/** In the text, and neither seen nor read out. */
const Mark = ({ children }: { children: string }) => (
  <span class="visually-hidden" aria-hidden="true">
    {children}
  </span>
);

/** What has no mark-up: words, links and names. */
function plain({ text, spans }: Source, from: number, to: number): ComponentChildren[] {
  const children: ComponentChildren[] = [];
  let at = from;
  for (const span of spans) {
    if (span.from < at || span.to > to) continue;
    if (span.from > at) children.push(text.slice(at, span.from));
    children.push(
      span.href ? (
        <a href={span.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
          {span.text}
        </a>
      ) : (
        <mark class="mention">{span.text}</mark>
      ),
    );
    at = span.to;
  }
  if (at < to) children.push(text.slice(at, to));
  return children;
}
