import type { ImError } from '@im/client';
import { useRef, useState } from 'preact/hooks';
import { failureOf, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { accountFailureText } from './accountFailureText.ts';
import { PasswordField } from './PasswordField.tsx';

/** Deletes the account, for whoever knows its password. */
export function DeleteAccountDialog({ onClose }: { onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current!);
    setBusy(true);
    setFailure(undefined);
    try {
      await client.deleteAccount(String(data.get('password')), data.has('removeMessages'));
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
      (form.current?.elements.namedItem('password') as HTMLInputElement | null)?.focus();
    }
  };
  return (
    <Dialog title={t.value.deleteAccount} onClose={onClose}>
      <form ref={form} onSubmit={submit} aria-busy={busy}>
        <p class="dialog-lead">{t.value.deleteAccountHint}</p>
        <PasswordField
          label={t.value.password}
          name="password"
          data-testid="delete-password"
          autocomplete="current-password"
          autofocus
          error={failure && accountFailureText(failure)}
        />
        <label class="check">
          <input type="checkbox" name="removeMessages" data-testid="delete-messages" />
          {t.value.removeMessages}
        </label>
        <button type="submit" class="button button-wide button-danger" data-testid="delete-submit" disabled={busy}>
          {busy ? t.value.wait : t.value.deleteForGood}
        </button>
      </form>
    </Dialog>
  );
}
