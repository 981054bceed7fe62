import { t } from '../settings/language.ts';
import { learn } from '../state/cards.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { useDeed } from './useDeed.ts';
import { usePages } from './usePages.ts';

/** Who may not come again; nothing where there is nobody. */
export function Banned({ room, changes }: { room: string; changes: number }) {
  const { act, busy, failure } = useDeed();
  const { items, failed, more, reload } = usePages((after) => client.rooms.bans(room, after).then(({ users, next }) => (learn(users), { items: users, next })), changes);
  const why = failed ? t.value.roomsNotRead : failure;
  if (!items?.length && !why) return null;
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="bans" data-count={items?.length}>
      <h3>{t.value.banned}</h3>
      {why && <p class="field-error" role="alert" data-testid="bans-error">{why}</p>}
      <ul class="rooms-list">
        {items?.map((user) => (
          <li key={user.id} class="rooms-row" data-testid="ban" data-user={user.id}>
            <Avatar id={user.id} nickname={user.nickname} size="s" />
            <p class="rooms-text"><Name id={user.id} nickname={user.nickname} /></p>
            <button type="button" class="link-button" data-testid="ban-lift" aria-label={t.value.unbanNamed(nameOf(user))} disabled={busy} onClick={() => void act(() => client.rooms.unban(room, user.id).then(reload))}>
              {t.value.unban}
            </button>
          </li>
        ))}
      </ul>
      {more && <button type="button" class="link-button" onClick={more}>{t.value.moreMembers}</button>}
    </section>
  );
}
