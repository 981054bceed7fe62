import type { ImError } from '@im/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
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

/** Joining and logging in are one: the server knows which by the nickname. */
export function LoginDialog({ onClose }: { onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const place = failure && (placeOf[failure.code] ?? 'form');
  useEffect(() => {
    if (place && place !== 'form') (form.current!.elements.namedItem(place) as HTMLInputElement).focus();
  }, [failure, place]);

  const submit = async (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current!);
    const value = (name: string) => String(data.get(name) ?? '');
    setBusy(true);
    setFailure(undefined);
    try {
      await client.login(value('nickname'), value('password'), value('brief'));
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  const errorAt = (wanted: Place) => (place === wanted ? failureText(failure!) : undefined);

  return (
    <Dialog title={t.value.joinTitle} onClose={onClose}>
      <form ref={form} onSubmit={submit} aria-busy={busy}>
        <p class="dialog-lead">{t.value.joinHint}</p>
        <Field label={t.value.nickname} name="nickname" data-testid="login-nickname" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus error={errorAt('nickname')} />
        <PasswordField label={t.value.password} name="password" data-testid="login-password" autocomplete="current-password" hint={t.value.passwordHint} error={errorAt('password')} />
        <Field label={t.value.brief} aside={t.value.optional} name="brief" data-testid="login-brief" autocomplete="off" hint={t.value.briefHint} error={errorAt('brief')} />
        {place === 'form' && (
          <p class="field-error" role="alert" data-testid="login-error">
            {failureText(failure!)}
          </p>
        )}
        <button type="submit" class="button button-wide" data-testid="login-submit" disabled={busy}>
          {busy ? t.value.wait : t.value.comeIn}
        </button>
      </form>
    </Dialog>
  );
}
