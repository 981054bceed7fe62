import { contentOf, pollOf, toggledChoices, type Line } from '@im/client';
import { isolated } from '../language/isolated.ts';
import { t } from '../settings/language.ts';
import { keyOf } from '../state/chats.ts';
import { me } from '../state/im.ts';
import { post } from '../state/outgoing.ts';
import { CheckIcon, PollIcon } from '../ui/icons.tsx';
import { lazyDialog } from '../ui/lazy.tsx';
import type { KindView } from './kinds.ts';
import './poll.css';

/** A question, and what everybody chose so far: an option is a button that gives one's vote, or takes it back. */
function Poll({ line, pending }: { line: Line; pending: boolean }) {
  const poll = pollOf(line, me.value?.id);
  if (!poll) return null;
  const vote = (option: number) => post(keyOf(line), { kind: 'vote', target: line.line, content: { choices: toggledChoices(poll, option) } });
  return (
    <div class="bubble poll" role="group" aria-label={`${t.value.poll}: ${isolated(poll.question)}`} data-testid="poll" data-voters={poll.voters}>
      <p class="poll-question" dir="auto">
        {poll.question}
      </p>
      <p class="poll-hint">{poll.many ? t.value.pollHintMany : t.value.pollHint}</p>
      <ul>
        {poll.options.map(({ text, count, mine }, option) => (
          <li key={option}>
            <button
              type="button"
              class="poll-option"
              data-testid="poll-option"
              data-count={count}
              aria-pressed={mine}
              disabled={pending || !me.value}
              style={{ '--share': `${(100 * count) / Math.max(1, poll.voters)}%` }}
              onClick={() => vote(option)}
            >
              <span class="poll-check">{mine && <CheckIcon />}</span>
              <bdi class="poll-text">{text}</bdi>
              <span class="poll-count" aria-label={t.value.votes(count)}>
                {count}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p class="poll-hint" role="status">
        {t.value.voters(poll.voters)}
      </p>
    </div>
  );
}

const PollDialog = lazyDialog(() => import('../messages/PollDialog.tsx').then((it) => it.PollDialog));

export const pollView: KindView = {
  Body: Poll,
  preview: (line) => `${t.value.poll}: ${isolated(contentOf(line, 'poll')?.question ?? '')}`,
  begin: { title: () => t.value.makePoll, Icon: PollIcon, Dialog: PollDialog },
};
