import type { Room } from '@im/client';
import { useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { Field } from '../ui/Field.tsx';
import { useDeed } from './useDeed.ts';

type Wanted = Pick<Room, 'title' | 'topic' | 'public' | 'history'>;

const maxTitle = 64;
const maxTopic = 500;

/** What a room is called, what it is about, who can join and what they read. */
export function RoomForm({ room, label, onSave, onCancel }: { room?: Room; label: string; onSave: (wanted: Wanted) => Promise<unknown>; onCancel: () => void }) {
  const { act, busy, failure } = useDeed();
  const [title, setTitle] = useState(room?.title ?? '');
  const [topic, setTopic] = useState(room?.topic ?? '');
  const [isPublic, setPublic] = useState(room?.public ?? false);
  const [chosen, setHistory] = useState(room?.history);
  const history = chosen ?? (isPublic ? 'everything' : 'joined');
  const submit = (event: Event) => {
    event.preventDefault();
    void act(() => onSave({ title, topic, public: isPublic, history }));
  };
  return (
    <form onSubmit={submit} aria-busy={busy}>
      <Field label={t.value.roomTitle} name="title" data-testid="room-title" required autofocus autocomplete="off" maxLength={maxTitle} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      <Field label={t.value.roomTopicName} aside={t.value.optional} name="topic" data-testid="room-topic" autocomplete="off" maxLength={maxTopic} value={topic} onInput={(event) => setTopic(event.currentTarget.value)} />
      <Choice name="public" legend={t.value.roomWho} value={isPublic ? 'public' : 'private'} options={[['private', t.value.roomPrivate], ['public', t.value.roomPublic]]} onChoose={(value) => setPublic(value === 'public')} />
      <Choice name="history" legend={t.value.roomReads} value={history} options={[['joined', t.value.roomReadsOwn], ['everything', t.value.roomReadsAll]]} onChoose={(value) => setHistory(value)} />
      {failure && (
        <p class="field-error" role="alert" data-testid="room-form-error">
          {failure}
        </p>
      )}
      <button type="submit" class="button button-wide" data-testid="room-save" disabled={busy}>
        {busy ? t.value.wait : label}
      </button>
      <button type="button" class="button button-wide button-quiet" data-testid="room-cancel" onClick={onCancel}>
        {t.value.cancel}
      </button>
    </form>
  );
}

export function Choice<Value extends string>({ name, legend, value, options, onChoose }: { name: string; legend: string; value: Value; options: readonly (readonly [Value, string])[]; onChoose: (value: Value) => void }) {
  return (
    <fieldset class="room-choice">
      <legend>{legend}</legend>
      {options.map(([each, text]) => (
        <label key={each} class="check">
          <input type="radio" name={name} value={each} data-testid={`room-${each}`} checked={each === value} onChange={() => onChoose(each)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
