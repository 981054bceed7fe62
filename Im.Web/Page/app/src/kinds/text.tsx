import { contentOf, textOf, type Line } from '@im/client';
import { isOnlyEmoji } from '../messages/emoji.ts';
import { nicknameOf } from '../state/chats.ts';
import { Foldable } from '../text/Foldable.tsx';
import { Formatted, plainText } from '../text/Formatted.tsx';
import { exactText } from '../ui/times.ts';
import type { KindView } from './kinds.ts';

function Text({ line }: { line: Line }) {
  const text = textOf(line);
  return (
    <div class={isOnlyEmoji(text) ? 'bubble bubble-emoji' : 'bubble'} title={exactText(line.at)}>
      <Foldable key={line.id} id={line.id} text={text}>
        <Formatted text={text} names={namesIn(line)} />
      </Foldable>
    </div>
  );
}

/** What a line says when it speaks to somebody. */
function namesIn(line: Line): string[] {
  const { mentions = [], all } = contentOf(line, 'text') ?? {};
  return [...mentions.flatMap((user) => nicknameOf(user) ?? []), ...(all ? ['all'] : [])].map((name) => `@${name}`);
}

export const textView: KindView = { Body: Text, preview: (line) => plainText(textOf(line)) };
