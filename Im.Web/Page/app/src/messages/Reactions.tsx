import { reactionsOf, toggledReactions, type Line } from '@im/client';
import { t } from '../settings/language.ts';
import { chatOf, keyOf, mayWrite } from '../state/chats.ts';
import { me } from '../state/im.ts';
import { post } from '../state/outgoing.ts';
import { nameOf } from '../ui/names.ts';
import './reactions.css';

/** Gives a reaction, or takes it back. */
export function toggleReaction(line: Line, key: string): void {
  post(keyOf(line), { kind: 'reaction', target: line.line, content: { keys: toggledReactions(line, key, me.value!.id) } });
}

/** What people made of a line: how many of each, and which are one's own. */
export function Reactions({ line }: { line: Line }) {
  const reactions = reactionsOf(line, me.value?.id);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label={t.value.reactions}>
      {reactions.map(({ key, count, mine, users }) => (
        <li key={key}>
          <button
            type="button"
            class="reaction"
            data-testid="reaction"
            data-key={key}
            data-count={count}
            aria-pressed={mine}
            aria-description={users.map(nameOf).join(', ')}
            title={users.map(nameOf).join(', ')}
            disabled={!mayWrite(chatOf(keyOf(line)))}
            onClick={() => toggleReaction(line, key)}
          >
            {key} {count}
          </button>
        </li>
      ))}
    </ul>
  );
}
