import type { ImError } from '@im/client';
import { useState } from 'preact/hooks';
import { failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { LogOutIcon } from '../ui/icons.tsx';

/** Makes this browser a guest, or says why it is not: whoever leaves it to others has to know. */
export function LogOutButton() {
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const logOut = async () => {
    setBusy(true);
    setFailure(undefined);
    await client.logout().catch((error: unknown) => setFailure(failureOf(error)));
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="icon-button" data-testid="logout" aria-label={t.value.logOut} title={t.value.logOut} disabled={busy} onClick={() => void logOut()}>
        <LogOutIcon />
      </button>
      {failure && (
        <p class="field-error my-info-error" role="alert" data-testid="logout-error">
          {failureText(failure)}
        </p>
      )}
    </>
  );
}
