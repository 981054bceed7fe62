import type { ImError, Webhook } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { copy } from '../ui/copy.ts';
import { Field } from '../ui/Field.tsx';
import { CopyIcon } from '../ui/icons.tsx';
import { notice } from '../ui/notice.tsx';
import { momentText } from '../ui/times.ts';
import { roomFailureText } from './roomFailureText.ts';
import { Choice } from './RoomForm.tsx';
import { SureButton } from './SureButton.tsx';
import { useDeed } from './useDeed.ts';

/** Of one that posts the address to post to; of one that sends the secret that its requests are signed with. */
const shownOnce = ({ user, secret }: Webhook): string => (user ? `${location.origin}/api/webhooks?token=${secret}` : secret!);

/** The room's webhooks: seen, made, given another secret, and removed. */
export function Programs({ room }: { room: string }) {
  const { act, busy, failure } = useDeed();
  const [hooks, setHooks] = useState<readonly Webhook[]>();
  const [made, setMade] = useState<Webhook>();
  const [adds, setAdds] = useState(false);
  const load = async () => setHooks(await client.rooms.webhooks(room));
  useEffect(() => void act(load), []);
  const show = async (hook: Promise<Webhook>) => {
    setMade(await hook);
    await load();
  };
  const remove = async (id: string) => {
    await client.rooms.removeWebhook(room, id);
    if (made?.id === id) setMade(undefined);
    await load();
  };
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="programs" data-count={hooks?.length}>
      <h3>{t.value.programs}</h3>
      <p class="quiet rooms-small">{t.value.programsHint}</p>
      {made?.secret && (
        <div role="status">
          <p class="rooms-small">{made.user ? t.value.hookAddressMade : t.value.hookSecretMade}</p>
          <p class="field-box rooms-link">
            <input readOnly value={shownOnce(made)} aria-label={made.user ? t.value.hookPostAddress : t.value.hookSecret} data-testid="program-made" onFocus={(event) => event.currentTarget.select()} />
            <button type="button" class="icon-button" data-testid="program-copy" aria-label={t.value.copyHook} title={t.value.copyHook} onClick={() => void copy(shownOnce(made)).then((done) => notice(done ? t.value.copied : t.value.notCopied))}>
              <CopyIcon />
            </button>
          </p>
        </div>
      )}
      {failure && <p class="field-error" role="alert" data-testid="programs-error">{failure}</p>}
      <ul class="rooms-list">
        {hooks?.map((hook) => (
          <li key={hook.id} class="rooms-row" data-testid="program" data-program={hook.id} data-off={hook.off}>
            <div class="rooms-text">
              <p><strong><bdi>{hook.name}</bdi></strong></p>
              <p class="quiet">{hook.address ? <>{t.value.hookSends} <bdi>{hook.address}</bdi></> : t.value.hookPosts}</p>
              {hook.address && <p class="quiet">{hook.delivered ? t.value.hookDelivered(momentText(hook.delivered)) : t.value.hookNotYet}{hook.waiting ? ` · ${t.value.hookWaiting(hook.waiting)}` : ''}</p>}
              {hook.failed && hook.failure && <p class="quiet">{t.value.hookFailed(momentText(hook.failed), t.value.hookFailures[hook.failure] ?? t.value.hookStatus(hook.failure))}</p>}
              {hook.off && <p class="field-error">{t.value.hookOff[hook.off]}</p>}
            </div>
            <div class="rooms-deeds">
              <button type="button" class="link-button" data-testid="program-renew" aria-label={t.value.renewHookOf(hook.name)} disabled={busy} onClick={() => void act(() => show(client.rooms.renewWebhook(room, hook.id)))}>
                {hook.off ? t.value.renewHookOn : t.value.renewHook}
              </button>
              <SureButton label={t.value.removeHook} question={t.value.removeHookSure(hook.name)} testId="program-remove" disabled={busy} onSure={() => void act(() => remove(hook.id))} />
            </div>
          </li>
        ))}
      </ul>
      {adds ? (
        <AddProgram onAdd={(webhook) => show(client.rooms.createWebhook(room, webhook)).then(() => setAdds(false))} onCancel={() => setAdds(false)} />
      ) : (
        <button type="button" class="link-button" data-testid="program-add" onClick={() => setAdds(true)}>
          {t.value.addHook}
        </button>
      )}
    </section>
  );
}

const focusName = (form: HTMLFormElement | null) => form?.querySelector<HTMLInputElement>('[name=name]')?.focus();

const words = (failure: ImError): string => t.value.hookErrors[failure.code] ?? roomFailureText(failure);

function AddProgram({ onAdd, onCancel }: { onAdd: (webhook: { name: string; address?: string }) => Promise<unknown>; onCancel: () => void }) {
  const { act, busy, failure } = useDeed();
  const [kind, setKind] = useState<'posts' | 'sends'>('posts');
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    void act(() => onAdd({ name, ...(kind === 'sends' ? { address } : {}) }), words);
  };
  return (
    <form ref={focusName} onSubmit={submit} aria-busy={busy} data-testid="program-form">
      <Choice name="program" legend={t.value.hookKind} value={kind} options={[['posts', t.value.hookKindPosts], ['sends', t.value.hookKindSends]]} onChoose={setKind} />
      <Field label={t.value.hookName} hint={kind === 'posts' ? t.value.hookNameHint : undefined} name="name" data-testid="program-name" required autocomplete="off" maxLength={64} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      {kind === 'sends' && <Field label={t.value.hookAddress} name="address" data-testid="program-address" required autocomplete="off" inputMode="url" placeholder="https://" maxLength={500} value={address} onInput={(event) => setAddress(event.currentTarget.value)} />}
      {failure && <p class="field-error" role="alert" data-testid="program-form-error">{failure}</p>}
      <p class="rooms-deeds">
        <button type="submit" class="button" data-testid="program-save" disabled={busy}>{busy ? t.value.wait : t.value.addHook}</button>
        <button type="button" class="button button-quiet" data-testid="program-cancel" onClick={onCancel}>{t.value.cancel}</button>
      </p>
    </form>
  );
}
