import type { ImError } from '@im/client';
import { useState } from 'preact/hooks';
import { failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { PasswordField } from './PasswordField.tsx';

/** A forgotten password: one of the codes that were kept sets a new one. */
export function RecoverDialog({ onClose }: { onClose: () => void }) {
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setFailure(undefined);
    try {
      await client.recover(String(data.get('nickname')), String(data.get('code')), String(data.get('password')));
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  const atPassword = failure?.code === 'bad_password';
  return (
    <Dialog title={t.value.recoverTitle} onClose={onClose}>
      <form onSubmit={submit} aria-busy={busy}>
        <p class="dialog-lead">{t.value.recoverHint}</p>
        <Field label={t.value.nickname} name="nickname" data-testid="recover-nickname" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus />
        <Field label={t.value.recoveryCode} name="code" data-testid="recover-code" autocomplete="one-time-code" spellcheck={false} required error={failure && !atPassword ? failureText(failure) : undefined} />
        <PasswordField label={t.value.newPassword} name="password" data-testid="recover-password" autocomplete="new-password" hint={t.value.passwordHint} error={atPassword ? failureText(failure) : undefined} />
        <button type="submit" class="button button-wide" data-testid="recover-submit" disabled={busy}>
          {busy ? t.value.wait : t.value.recover}
        </button>
      </form>
    </Dialog>
  );
}
