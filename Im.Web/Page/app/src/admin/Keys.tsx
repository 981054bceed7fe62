import { useEffect, useRef, useState } from 'preact/hooks';
import { dialog } from '../account/dialogs.ts';
import { usePages } from '../rooms/usePages.ts';
import { t } from '../settings/language.ts';
import { nameOf } from '../ui/names.ts';
import { momentText } from '../ui/times.ts';
import { admin, adminHref } from './api.ts';
import { Confirm, type Asked } from './Confirm.tsx';
import { Pages } from './parts.tsx';
import { a } from './texts.ts';

/** Everybody's API keys, or those of one. Whoever makes one makes it in their own name, with their password. */
export function Keys({ owner }: { owner: string | undefined }) {
  const [asked, setAsked] = useState<Asked>();
  const { items, failed, more, reload } = usePages((before) => admin.keys(before, owner).then(({ keys, next }) => ({ items: keys, next })), owner);
  const made = dialog.value === 'keys';
  const was = useRef(made);
  useEffect(() => {
    if (was.current && !made) void reload();
    was.current = made;
  }, [made]);
  return (
    <>
      <div class="admin-tools">
        <button type="button" class="button button-quiet" data-testid="admin-keys-own" onClick={() => (dialog.value = 'keys')}>{a.value.myKeys}</button>
        {owner !== undefined && <a href={adminHref('keys')}>{a.value.showAll}</a>}
      </div>
      <Pages items={items} failed={failed} more={more} reload={reload} empty={a.value.noKeys} testId="admin-keys">
        {({ id, name, scopes, created, owner: whose }) => (
          <li key={id} class="admin-row" data-testid="admin-key" data-key={id}>
            <span class="admin-main">
              <strong><bdi>{name}</bdi></strong>
              <span class="quiet">
                <a href={adminHref('people', whose.id)}>{a.value.ownerOf(nameOf(whose))}</a> · {scopes.map((scope) => t.value.keyScopes[scope]).join(' · ')} · {momentText(created)}
              </span>
            </span>
            <button type="button" class="link-button is-danger" data-testid="admin-key-revoke" aria-label={a.value.revokeNamed(name)} onClick={() => setAsked({ title: a.value.revoke, sure: a.value.revokeSure(name, nameOf(whose)), deed: () => admin.revokeKey(id).then(reload) })}>
              {a.value.revoke}
            </button>
          </li>
        )}
      </Pages>
      {asked && <Confirm asked={asked} onDone={() => setAsked(undefined)} onClose={() => setAsked(undefined)} />}
    </>
  );
}
