import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { a } from './texts.ts';

/** What is about to be done, and with what it is to be confirmed. */
export interface Asked {
  readonly title: string;
  readonly sure: string;
  readonly deed: (given: FormData) => Promise<unknown>;
  readonly fields?: ComponentChildren;
}

/** What takes something away, or cannot be taken back, is asked about before it is done. */
export function Confirm({ asked, onDone, onClose }: { asked: Asked; onDone: () => void; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const { act, busy, failure } = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    const given = new FormData(form.current!);
    if (await act(() => asked.deed(given), failureText)) onDone();
  };
  return (
    <Dialog title={asked.title} onClose={onClose}>
      <form ref={form} onSubmit={submit} aria-busy={busy} data-testid="admin-confirm">
        <p class="dialog-lead">{asked.sure}</p>
        {asked.fields}
        {failure && <p class="field-error" role="alert" data-testid="admin-confirm-error">{failure}</p>}
        <button type="submit" class="button button-wide button-danger" data-testid="admin-confirm-yes" disabled={busy}>
          {busy ? t.value.wait : asked.title}
        </button>
        <button type="button" class="button button-wide button-quiet" data-testid="admin-confirm-no" onClick={onClose}>
          {t.value.cancel}
        </button>
      </form>
    </Dialog>
  );
}

const maxReason = 480;
const usualMinutes = '1440';

/** How long somebody is muted or banned, and why. */
export const Penalty = () => (
  <>
    <label class="admin-select admin-span">
      <span>{a.value.howLong}</span>
      <select name="minutes" data-testid="admin-minutes" autofocus>
        {Object.entries(a.value.spans).map(([minutes, text]) => (
          <option key={minutes} value={minutes} selected={minutes === usualMinutes}>
            {text}
          </option>
        ))}
      </select>
    </label>
    <Field label={a.value.reason} aside={t.value.optional} name="reason" data-testid="admin-reason" maxLength={maxReason} autocomplete="off" hint={a.value.reasonHint} />
  </>
);

export const penaltyOf = (given: FormData): [minutes: number, reason: string | undefined] => [Number(given.get('minutes')), String(given.get('reason')).trim() || undefined];
