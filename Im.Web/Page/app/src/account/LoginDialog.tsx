import type { ImError } from '@im/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { dialog } from './dialogs.ts';
import { PasswordField } from './PasswordField.tsx';

type Place = 'nickname' | 'password' | 'brief' | 'form';

const placeOf: Record<string, Place> = {
  bad_nickname: 'nickname',
  nickname_taken: 'nickname',
  bad_password: 'password',
  wrong_password: 'password',
  locked_out: 'password',
  bad_brief: 'brief',
};

/** Joining and logging in are one: the server knows which by the nickname. Before it makes an account it asks, for the nickname may be mistyped. */
export function LoginDialog({ onClose }: { onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const [newName, setNewName] = useState<string>();
  const place = failure && (placeOf[failure.code] ?? 'form');
  const fieldOf = (wanted: Place) => form.current!.elements.namedItem(wanted) as HTMLInputElement;
  useEffect(() => {
    if (place && place !== 'form') fieldOf(place).focus();
  }, [failure, place]);

  const enter = async (join: boolean) => {
    const data = new FormData(form.current!);
    const value = (name: string) => String(data.get(name) ?? '');
    setBusy(true);
    setFailure(undefined);
    try {
      await client.login(value('nickname'), value('password'), value('brief'), { join });
      onClose();
    } catch (error) {
      const failed = failureOf(error);
      if (failed.code === 'unknown_nickname') setNewName(value('nickname').trim());
      else {
        setNewName(undefined);
        setFailure(failed);
      }
      setBusy(false);
    }
  };
  const changeName = () => {
    setNewName(undefined);
    fieldOf('nickname').select();
  };
  const errorAt = (wanted: Place) => (place === wanted ? failureText(failure!) : undefined);

  return (
    <Dialog title={t.value.joinTitle} onClose={onClose}>
      <form
        ref={form}
        aria-busy={busy}
        onInput={() => setNewName(undefined)}
        onSubmit={(event) => {
          event.preventDefault();
          void enter(newName !== undefined);
        }}
      >
        <p class="dialog-lead">{t.value.joinHint}</p>
        <Field label={t.value.nickname} name="nickname" data-testid="login-nickname" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus hint={t.value.nicknameHint} error={errorAt('nickname')} />
        <PasswordField label={t.value.password} name="password" data-testid="login-password" autocomplete="current-password" hint={t.value.passwordHint} error={errorAt('password')} />
        <Field label={t.value.brief} aside={t.value.optional} name="brief" data-testid="login-brief" autocomplete="off" hint={t.value.briefHint} error={errorAt('brief')} />
        <p>
          <button type="button" class="link-button" data-testid="recover-open" onClick={() => (dialog.value = 'recover')}>
            {t.value.forgotPassword}
          </button>
        </p>
        {place === 'form' && (
          <p class="field-error" role="alert" data-testid="login-error">
            {failureText(failure!)}
          </p>
        )}
        {newName === undefined ? (
          <button type="submit" class="button button-wide" data-testid="login-submit" disabled={busy}>
            {busy ? t.value.wait : t.value.comeIn}
          </button>
        ) : (
          <div class="new-name" role="alertdialog" aria-labelledby="new-name-title" aria-describedby="new-name-hint" data-testid="login-unknown">
            <p id="new-name-title">
              <strong>{t.value.newNickname(newName)}</strong>
            </p>
            <p id="new-name-hint" class="quiet">
              {t.value.newNicknameHint}
            </p>
            <button ref={focusOnce} type="submit" class="button button-wide" data-testid="login-join" disabled={busy}>
              {busy ? t.value.wait : t.value.joinAs(newName)}
            </button>
            <button type="button" class="button button-wide button-quiet" data-testid="login-rename" disabled={busy} onClick={changeName}>
              {t.value.changeNickname}
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}

const focusOnce = (button: HTMLElement | null) => button?.focus();
