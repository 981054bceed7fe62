import { hasVisible } from '@im/client';
import { useRef, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { post } from '../state/outgoing.ts';
import type { ChatKey } from '../state/route.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import './pollForm.css';

const maxOptions = 10;

/** Asks a question with two to ten answers. Answers that are left empty are none. */
export function PollDialog({ chat, onClose }: { chat: ChatKey; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [count, setCount] = useState(3);
  const [ready, setReady] = useState(false);
  const read = () => {
    const data = new FormData(form.current!);
    return { question: String(data.get('question')), options: data.getAll('option').map(String).filter(hasVisible), many: data.has('many') };
  };
  const look = () => {
    const { question, options } = read();
    setReady(hasVisible(question) && options.length >= 2);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const { question, options, many } = read();
    if (!ready) return;
    post(chat, { kind: 'poll', content: { question, options, ...(many && { many }) } });
    onClose();
  };
  return (
    <Dialog title={t.value.makePoll} onClose={onClose}>
      <form ref={form} class="poll-form" onSubmit={submit} onInput={look}>
        <Field label={t.value.pollQuestion} name="question" data-testid="poll-question" autocomplete="off" maxLength={500} required autofocus />
        {Array.from({ length: count }, (_, index) => (
          <Field
            key={index}
            label={t.value.pollOption(index + 1)}
            {...(index > 1 ? { aside: t.value.optional } : {})}
            name="option"
            data-testid="poll-option-input"
            autocomplete="off"
            maxLength={100}
            required={index < 2}
          />
        ))}
        {count < maxOptions && (
          <p class="field">
            <button type="button" class="link-button" data-testid="poll-add-option" onClick={() => setCount(count + 1)}>
              {t.value.pollAddOption}
            </button>
          </p>
        )}
        <label class="check">
          <input type="checkbox" name="many" data-testid="poll-many" />
          {t.value.pollMany}
        </label>
        <button type="submit" class="button button-wide" data-testid="poll-submit" disabled={!ready}>
          {t.value.pollAsk}
        </button>
      </form>
    </Dialog>
  );
}
