import type { RoomLink } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { copy } from '../ui/copy.ts';
import { CopyIcon } from '../ui/icons.tsx';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { momentText } from '../ui/times.ts';
import { useDeed } from './useDeed.ts';

const addressOf = (link: string): string => `${location.origin}${location.pathname}#/join/${link}`;

/** The links by which whoever has one joins: made, copied and revoked. */
export function Links({ room }: { room: string }) {
  const { act, busy, failure } = useDeed();
  const [links, setLinks] = useState<readonly RoomLink[]>();
  const [made, setMade] = useState<RoomLink>();
  const load = async () => setLinks(await client.rooms.links(room));
  useEffect(() => void act(load), []);
  const make = async () => {
    setMade(await client.rooms.createLink(room));
    await load();
  };
  const revoke = async (id: string) => {
    await client.rooms.revokeLink(room, id);
    if (made?.id === id) setMade(undefined);
    await load();
  };
  const copyIt = async () => notice((await copy(addressOf(made!.link!))) ? t.value.copied : t.value.notCopied);
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="links" data-count={links?.length}>
      <h3>{t.value.roomLinks}</h3>
      <p class="quiet rooms-small">{t.value.roomLinksHint}</p>
      {made?.link && (
        <p class="field-box rooms-link">
          <input readOnly value={addressOf(made.link)} aria-label={t.value.linkMade} data-testid="link-made" onFocus={(event) => event.currentTarget.select()} />
          <button type="button" class="icon-button" data-testid="link-copy" aria-label={t.value.copyLink} title={t.value.copyLink} onClick={() => void copyIt()}>
            <CopyIcon />
          </button>
        </p>
      )}
      {failure && <p class="field-error" role="alert" data-testid="links-error">{failure}</p>}
      <ul class="rooms-list">
        {links?.map(({ id, by, created, expires, uses }) => (
          <li key={id} class="rooms-row" data-testid="link" data-link={id} data-uses={uses}>
            <div class="rooms-text">
              <p>{t.value.linkUntil(momentText(expires), uses)}</p>
              <p class="quiet">{t.value.linkBy(nameOf(by), momentText(created))}</p>
            </div>
            <button type="button" class="link-button is-danger" data-testid="link-revoke" aria-label={t.value.revokeLinkOf(momentText(created))} disabled={busy} onClick={() => void act(() => revoke(id))}>
              {t.value.revokeLink}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="link-button" data-testid="link-make" disabled={busy} onClick={() => void act(make)}>
        {t.value.makeLink}
      </button>
    </section>
  );
}
