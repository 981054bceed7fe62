import { useState } from 'preact/hooks';
import { t } from '../settings/language.ts';

/** What cannot be taken back so easily is asked about before it is done. */
export function SureButton({ label, question, testId, disabled, onSure }: { label: string; question: string; testId: string; disabled: boolean; onSure: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked)
    return (
      <button type="button" class="link-button is-danger" data-testid={testId} disabled={disabled} onClick={() => setAsked(true)}>
        {label}
      </button>
    );
  return (
    <span class="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <button ref={focusOnce} type="button" class="link-button is-danger" data-testid={`${testId}-yes`} aria-label={`${t.value.sureYes}: ${label}`} disabled={disabled} onClick={() => (setAsked(false), onSure())}>
        {t.value.sureYes}
      </button>
      <button type="button" class="link-button" data-testid={`${testId}-no`} onClick={() => setAsked(false)}>
        {t.value.cancel}
      </button>
    </span>
  );
}

const focusOnce = (button: HTMLElement | null) => button?.focus();
