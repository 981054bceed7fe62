import type { ApiKeyInfo, ApiScope, ImError } from '@im/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { failureOf, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { momentText } from '../ui/times.ts';
import { accountFailureText } from './accountFailureText.ts';
import { PasswordField } from './PasswordField.tsx';
import './devices.css';

const scopes: readonly ApiScope[] = ['publish:lobby', 'publish:direct', 'widget'];

/** The keys with which programs publish in the user's name: seen, revoked, and made by whoever knows the password. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [keys, setKeys] = useState<readonly ApiKeyInfo[]>();
  const [made, setMade] = useState<string>();
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const act = async (deed?: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await deed?.();
      setKeys(await client.http.keys());
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  useEffect(() => void act(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current!);
    void act(async () => {
      const wanted = scopes.filter((scope) => data.has(scope));
      setMade((await client.http.createKey(String(data.get('name')), wanted, String(data.get('password')))).key);
      form.current?.reset();
    });
  };
  const atPassword = failure?.code === 'wrong_password' || failure?.code === 'locked_out';
  return (
    <Dialog title={t.value.keys} onClose={onClose}>
      <div aria-busy={busy} data-testid="keys" data-count={keys?.length}>
        <p class="dialog-lead">{t.value.keysHint}</p>
        <ul class="device-list" hidden={!keys?.length}>
          {keys?.map(({ id, name, scopes: granted, created }) => (
            <li key={id} class="device" data-testid="key" data-key={id}>
              <div class="device-text">
                <p class="device-name">
                  <strong>
                    <bdi>{name}</bdi>
                  </strong>
                </p>
                <p class="quiet">
                  <span>{granted.map((scope) => t.value.keyScopes[scope]).join(' · ')}</span>
                  <span>{t.value.keyMadeAt(momentText(created))}</span>
                </p>
              </div>
              <button
                type="button"
                class="link-button device-end"
                data-testid="key-revoke"
                aria-label={t.value.revokeKeyOf(name)}
                disabled={busy}
                onClick={() => void act(() => client.http.revokeKey(id).catch((error: unknown) => void (failureOf(error).code === 'not_found' || Promise.reject(error))))}
              >
                {t.value.revokeKey}
              </button>
            </li>
          ))}
        </ul>
        {made && (
          <p role="status" class="field">
            {t.value.keyMade} <code data-testid="key-made">{made}</code>
          </p>
        )}
        <form ref={form} onSubmit={submit}>
          <Field label={t.value.keyName} name="name" data-testid="key-name" required maxLength={64} error={failure?.code === 'bad_name' ? accountFailureText(failure) : undefined} />
          {scopes.map((scope) => (
            <label key={scope} class="check">
              <input type="checkbox" name={scope} data-testid="key-scope" defaultChecked={scope === 'publish:lobby'} />
              {t.value.keyScopes[scope]}
            </label>
          ))}
          <PasswordField label={t.value.password} name="password" data-testid="key-password" autocomplete="current-password" error={failure && atPassword ? accountFailureText(failure) : undefined} />
          {failure && !atPassword && failure.code !== 'bad_name' && (
            <p class="field-error" role="alert" data-testid="keys-error">
              {accountFailureText(failure)}
            </p>
          )}
          <button type="submit" class="button button-wide" data-testid="key-submit" disabled={busy}>
            {busy ? t.value.wait : t.value.makeKey}
          </button>
        </form>
      </div>
    </Dialog>
  );
}
