import { contentOf, textOf, type Line } from '@im/client';
import { isOnlyEmoji } from '../messages/emoji.ts';
import { Linked } from '../messages/Linked.tsx';
import { splitAtNames } from '../messages/mentions.ts';
import { nicknameOf } from '../state/chats.ts';
import { exactText } from '../ui/times.ts';
import type { KindView } from './kinds.ts';

function Text({ line }: { line: Line }) {
  const text = textOf(line);
  return (
    <div class={isOnlyEmoji(text) ? 'bubble bubble-emoji' : 'bubble'} dir="auto" title={exactText(line.at)}>
      {splitAtNames(text, namesIn(line)).map((part, index) => (index % 2 === 0 ? <Linked text={part} /> : <mark class="mention">{part}</mark>))}
    </div>
  );
}

/** What a line says when it speaks to somebody. */
function namesIn(line: Line): string[] {
  const { mentions = [], all } = contentOf(line, 'text') ?? {};
  return [...mentions.flatMap((user) => nicknameOf(user) ?? []), ...(all ? ['all'] : [])].map((name) => `@${name}`);
}

export const textView: KindView = { Body: Text, preview: textOf };
