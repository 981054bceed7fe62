import { contentOf, type Line } from '@im/client';
import type { Texts } from './texts.ts';

interface Props {
  readonly line: Line;
  readonly isOwn: boolean;
  /** The line before is from the same person, a moment ago. */
  readonly goesOn: boolean;
  readonly texts: Texts;
  readonly time: (at: number) => string;
}

/** One line. What people wrote is text and nothing else. */
export function Row({ line, isOwn, goesOn, texts, time }: Props) {
  const system = systemText(line, texts);
  if (system !== undefined) return system === '' ? null : <li class="system" part="system">{system}</li>;
  const isEdited = !line.erased && line.effects.some(({ effect }) => effect === 'replace');
  return (
    <li class={isOwn ? 'row own' : 'row'} part={isOwn ? 'message own' : 'message'} data-line={line.line}>
      {!goesOn && (
        <p class="head">
          <bdi class="author" part="author">{line.from.nickname}</bdi>
          <time class="time" part="time" dateTime={new Date(line.at).toISOString()}>{time(line.at)}</time>
        </p>
      )}
      <p class={line.erased ? 'text quiet' : 'text'} part="text" dir="auto">
        {textOf(line, texts)}
        {isEdited && <span class="quiet edited"> ({texts.edited})</span>}
      </p>
    </li>
  );
}

function textOf(line: Line, texts: Texts): string {
  if (line.erased || !line.content) return texts.erased;
  const text = contentOf(line, 'text')?.text;
  if (text !== undefined) return text;
  const file = contentOf(line, 'file');
  if (file) return [`📎 ${file.name ?? ''}`, file.caption].filter(Boolean).join('\n');
  return contentOf(line, 'poll')?.question ?? texts.somethingElse;
}

/** undefined: it is no such line; empty: nothing that is shown here. */
function systemText(line: Line, texts: Texts): string | undefined {
  if (line.kind === 'title') return '';
  const member = contentOf(line, 'member');
  if (line.kind !== 'member' || !member) return undefined;
  if (member.what === 'joined') return texts.joined(member.nickname);
  return member.what === 'left' || member.what === 'removed' || member.what === 'banned' ? texts.left(member.nickname) : '';
}
