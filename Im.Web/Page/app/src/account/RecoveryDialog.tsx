import type { ImError } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { failureOf, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { copy } from '../ui/copy.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notice } from '../ui/notice.tsx';
import { accountFailureText } from './accountFailureText.ts';
import { PasswordField } from './PasswordField.tsx';

/** Codes for a forgotten password: how many are left, and ten new ones, which are shown once. */
export function RecoveryDialog({ onClose }: { onClose: () => void }) {
  const [left, setLeft] = useState<number>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => void client.http.people.recoveryCodes().then(setLeft, () => {}), []);
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get('password'));
    setBusy(true);
    setFailure(undefined);
    try {
      setCodes(await client.http.people.createRecoveryCodes(password));
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  if (codes)
    return (
      <Dialog title={t.value.recoveryCodes} onClose={onClose}>
        <p class="dialog-lead" role="status">{t.value.recoveryMade}</p>
        <pre class="recovery-codes" data-testid="recovery-codes" data-count={codes.length}>{codes.join('\n')}</pre>
        <button type="button" class="button button-wide" data-testid="recovery-copy" ref={(button) => button?.focus()} onClick={() => void copy(codes.join('\n')).then((done) => notice(done ? t.value.copied : t.value.notCopied))}>
          {t.value.copyCodes}
        </button>
      </Dialog>
    );
  return (
    <Dialog title={t.value.recoveryCodes} onClose={onClose}>
      <form onSubmit={make} aria-busy={busy}>
        <p class="dialog-lead">{t.value.recoveryHint}</p>
        {left !== undefined && <p class="quiet" data-testid="recovery-left" data-count={left}>{t.value.recoveryLeft(left)}</p>}
        <PasswordField label={t.value.oldPassword} name="password" data-testid="recovery-password" autocomplete="current-password" autofocus error={failure && accountFailureText(failure)} />
        <button type="submit" class="button button-wide" data-testid="recovery-make" disabled={busy}>
          {busy ? t.value.wait : t.value.makeCodes}
        </button>
      </form>
    </Dialog>
  );
}
