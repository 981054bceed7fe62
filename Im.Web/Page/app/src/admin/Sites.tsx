import { useRef, useState } from 'preact/hooks';
import { usePages } from '../rooms/usePages.ts';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { Field } from '../ui/Field.tsx';
import { nameOf } from '../ui/names.ts';
import { momentText } from '../ui/times.ts';
import { admin, adminHref } from './api.ts';
import { Confirm, type Asked } from './Confirm.tsx';
import { Pages } from './parts.tsx';
import { a } from './texts.ts';

/** On which pages of other origins the widget may be. */
export function Sites() {
  const [asked, setAsked] = useState<Asked>();
  const { items, failed, reload } = usePages(async () => ({ items: await admin.sites() }), '');
  return (
    <>
      <div class="admin-tools">
        <p class="quiet">{a.value.sitesHint}</p>
      </div>
      <Pages items={items} failed={failed} reload={reload} empty={a.value.noSites} testId="admin-sites">
        {({ id, origin, label, owner, created }) => (
          <li key={id} class="admin-row" data-testid="admin-site" data-origin={origin}>
            <span class="admin-main">
              <strong><bdi dir="ltr">{origin}</bdi></strong>
              <span class="quiet">
                <bdi>{label}</bdi> · <a href={adminHref('people', owner.id)}>{a.value.ownerOf(nameOf(owner))}</a> · {momentText(created)}
              </span>
            </span>
            <button type="button" class="link-button is-danger" data-testid="admin-site-remove" aria-label={a.value.removeNamed(origin)} onClick={() => setAsked({ title: a.value.remove, sure: a.value.removeSiteSure(origin), deed: () => admin.removeSite(id).then(reload) })}>
              {a.value.remove}
            </button>
          </li>
        )}
      </Pages>
      <Allow onDone={reload} />
      {asked && <Confirm asked={asked} onDone={() => setAsked(undefined)} onClose={() => setAsked(undefined)} />}
    </>
  );
}

const maxOrigin = 255;
const maxName = 64;

function Allow({ onDone }: { onDone: () => Promise<void> }) {
  const form = useRef<HTMLFormElement>(null);
  const { act, busy, failure } = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    const given = new FormData(form.current!);
    const value = (name: string) => String(given.get(name)).trim();
    if (!(await act(() => admin.allowSite(value('origin'), value('label'), value('owner')), siteFailureText))) return;
    form.current?.reset();
    await onDone();
  };
  return (
    <form ref={form} class="admin-part" onSubmit={submit} aria-busy={busy} data-testid="admin-site-form">
      <h3>{a.value.allowSite}</h3>
      <Field label={a.value.siteOrigin} hint={a.value.siteOriginHint} name="origin" data-testid="admin-site-origin" required maxLength={maxOrigin} autocomplete="off" dir="ltr" error={failure} />
      <Field label={a.value.siteLabel} hint={a.value.siteLabelHint} name="label" data-testid="admin-site-label" required maxLength={maxName} autocomplete="off" />
      <Field label={a.value.siteOwner} aside={t.value.optional} hint={a.value.siteOwnerHint} name="owner" data-testid="admin-site-owner" maxLength={maxName} autocomplete="off" />
      <button type="submit" class="button" data-testid="admin-site-allow" disabled={busy}>{busy ? t.value.wait : a.value.allow}</button>
    </form>
  );
}

const siteFailureText: typeof failureText = (failure) => a.value.siteFailures[failure.code] ?? failureText(failure);
