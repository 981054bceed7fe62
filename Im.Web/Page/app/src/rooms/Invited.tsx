import { t } from '../settings/language.ts';
import { learn } from '../state/cards.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { shortText } from '../ui/times.ts';
import { useDeed } from './useDeed.ts';
import { usePages } from './usePages.ts';

/** Who was invited and has not answered yet; nothing where there is nobody. */
export function Invited({ room, changes }: { room: string; changes: number }) {
  const { act, busy, failure } = useDeed();
  const { items, failed, more, reload } = usePages((after) => client.rooms.invited(room, after).then(({ invited, next }) => (learn(invited), { items: invited, next })), changes);
  const why = failed ? t.value.roomsNotRead : failure;
  if (!items?.length && !why) return null;
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="invited-people" data-count={items?.length}>
      <h3>{t.value.invitedPeople}</h3>
      {why && <p class="field-error" role="alert">{why}</p>}
      <ul class="rooms-list">
        {items?.map(({ by, at, ...user }) => (
          <li key={user.id} class="rooms-row" data-testid="invited-person" data-user={user.id}>
            <Avatar id={user.id} nickname={user.nickname} size="s" />
            <div class="rooms-text">
              <p><Name id={user.id} nickname={user.nickname} /></p>
              <p class="quiet">{t.value.invitedBy(nameOf(by))} · {shortText(at)}</p>
            </div>
            <button type="button" class="link-button" data-testid="invitation-revoke" aria-label={t.value.takeBackNamed(nameOf(user))} disabled={busy} onClick={() => void act(() => client.rooms.remove(room, user.id).then(reload))}>
              {t.value.takeBack}
            </button>
          </li>
        ))}
      </ul>
      {more && <button type="button" class="link-button" onClick={more}>{t.value.moreMembers}</button>}
    </section>
  );
}
