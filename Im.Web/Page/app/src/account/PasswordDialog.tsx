import type { ImError } from '@im/client';
import { useRef, useState } from 'preact/hooks';
import { failureOf, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { accountFailureText } from './accountFailureText.ts';
import { PasswordField } from './PasswordField.tsx';

/** Changes the password; whoever knew the old one is signed out with it. */
export function PasswordDialog({ nickname, onClose }: { nickname: string; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const [ended, setEnded] = useState<number>();
  const atNew = failure?.code === 'bad_password';
  const submit = async (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current!);
    setBusy(true);
    setFailure(undefined);
    try {
      setEnded(await client.http.changePassword(String(data.get('oldPassword')), String(data.get('newPassword')), data.has('revokeKeys')));
    } catch (error) {
      const failed = failureOf(error);
      setFailure(failed);
      (form.current?.elements.namedItem(failed.code === 'bad_password' ? 'newPassword' : 'oldPassword') as HTMLInputElement | null)?.focus();
    }
    setBusy(false);
  };
  return (
    <Dialog title={t.value.changePassword} onClose={onClose}>
      {ended === undefined ? (
        <form ref={form} onSubmit={submit} aria-busy={busy}>
          <p class="dialog-lead">{t.value.changePasswordHint}</p>
          {/* For the browser's keeper of passwords. */}
          <input class="visually-hidden" name="username" autocomplete="username" value={nickname} readOnly tabIndex={-1} aria-hidden="true" />
          <PasswordField
            label={t.value.oldPassword}
            name="oldPassword"
            data-testid="password-old"
            autocomplete="current-password"
            autofocus
            error={failure && !atNew ? accountFailureText(failure) : undefined}
          />
          <PasswordField
            label={t.value.newPassword}
            name="newPassword"
            data-testid="password-new"
            autocomplete="new-password"
            hint={t.value.passwordHint}
            error={atNew ? accountFailureText(failure) : undefined}
          />
          <label class="check">
            <input type="checkbox" name="revokeKeys" data-testid="password-keys" />
            {t.value.revokeKeys}
          </label>
          <button type="submit" class="button button-wide" data-testid="password-submit" disabled={busy}>
            {busy ? t.value.wait : t.value.changePassword}
          </button>
        </form>
      ) : (
        <>
          <p class="dialog-lead" role="status" data-testid="password-changed" data-ended={ended}>
            {t.value.passwordChanged} {t.value.signedOutThere(ended)}
          </p>
          <button type="button" class="button button-wide" ref={(button) => button?.focus()} onClick={onClose}>
            {t.value.close}
          </button>
        </>
      )}
    </Dialog>
  );
}
