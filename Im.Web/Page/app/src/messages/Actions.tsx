import type { Line } from '@im/client';
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { keyOf } from '../state/chats.ts';
import { composing } from '../state/composing.ts';
import { client, isAdmin, me } from '../state/im.ts';
import { post } from '../state/outgoing.ts';
import { moveWithArrows } from '../ui/arrows.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { toggleReaction } from './Reactions.tsx';
import './actions.css';

const offered = ['👍', '❤️', '😂', '🎉', '😮', '😢'];
const recallWithinMs = 24 * 3_600_000;

export function ActionsButton({ open, onClick }: { open: boolean; onClick: () => void }) {
  return (
    <button type="button" class="how actions-open" data-testid="message-actions" aria-expanded={open} aria-label={t.value.actions} title={t.value.actions} onClick={onClick}>
      <MoreIcon />
    </button>
  );
}

/** What one can do with a line. It unfolds below it and takes the focus; Esc, and whatever is done, fold it again. */
export function Actions({ line, close }: { line: Line; close: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const sure = useSignal(false);
  const mine = line.from.id === me.value?.id;
  const mayRecall = isAdmin.value || (mine && client.now - line.at < recallWithinMs);
  useLayoutEffect(() => {
    box.current!.querySelector('button')!.focus({ preventScroll: true });
    box.current!.scrollIntoView({ block: 'nearest' });
  }, [sure.value]);
  const done = () => {
    box.current?.closest('.message')?.querySelector<HTMLElement>('.actions-open')?.focus();
    close();
  };
  const compose = (mode: 'reply' | 'edit') => {
    close();
    composing.value = { mode, line };
  };
  const recall = () => {
    done();
    post(keyOf(line), { kind: 'recall', target: line.line, content: {} });
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key === 'Escape') return (event.stopPropagation(), done());
    const step = { ArrowLeft: 'ArrowUp', ArrowRight: 'ArrowDown' }[event.key] ?? event.key;
    moveWithArrows(event, step);
  };
  return (
    <div class="actions" ref={box} role="group" aria-label={t.value.actions} data-testid="actions" onKeyDown={onKeyDown}>
      {sure.value ? (
        <>
          <span>{t.value.recallSure}</span>
          <button type="button" class="action is-danger" data-testid="action-recall-yes" onClick={recall}>
            {t.value.recallYes}
          </button>
          <button type="button" class="action" onClick={done}>
            {t.value.cancel}
          </button>
        </>
      ) : (
        <>
          {offered.map((key) => (
            <button key={key} type="button" class="action action-react" data-testid="action-react" data-key={key} aria-label={t.value.react(key)} title={t.value.react(key)} onClick={() => (done(), toggleReaction(line, key))}>
              {key}
            </button>
          ))}
          <button type="button" class="action" data-testid="action-reply" onClick={() => compose('reply')}>
            {t.value.reply}
          </button>
          {mine && line.kind === 'text' && (
            <button type="button" class="action" data-testid="action-edit" onClick={() => compose('edit')}>
              {t.value.edit}
            </button>
          )}
          {mayRecall && (
            <button type="button" class="action is-danger" data-testid="action-recall" onClick={() => (sure.value = true)}>
              {t.value.recall}
            </button>
          )}
        </>
      )}
    </div>
  );
}
