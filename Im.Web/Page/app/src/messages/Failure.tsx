import { errorText, t } from '../settings/language.ts';
import { discard, retry, type Outgoing } from '../state/outgoing.ts';

/** Why something that we posted was refused, and what can be done about it. */
export function Failure({ outgoing }: { outgoing: Outgoing }) {
  return (
    <p class="failure" role="alert">
      {t.value.notSent}: {errorText(outgoing.failure!)}
      <button type="button" class="link-button" data-testid="message-retry" onClick={() => retry(outgoing)}>
        {t.value.retry}
      </button>
      <button type="button" class="link-button" onClick={() => discard(outgoing.id)}>
        {t.value.discard}
      </button>
    </p>
  );
}
