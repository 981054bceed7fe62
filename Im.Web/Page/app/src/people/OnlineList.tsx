import { useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { known, me, presence } from '../state/im.ts';
import { chatHref, go, selected } from '../state/route.ts';
import { dialog } from '../account/dialogs.ts';
import { moveWithArrows } from '../ui/arrows.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { EyeIcon } from '../ui/icons.tsx';
import { useMorePeople } from './useMorePeople.ts';
import './people.css';

const searchFrom = 12;

/** Who is online and in how many places. A click on a name opens the chat with that person. */
export function OnlineList() {
  const { users, guests, online } = presence.value;
  const [wanted, setWanted] = useState('');
  const more = useMorePeople(users);
  const searches = users.length >= searchFrom;
  const mine = me.value?.id;
  const listed = [...users, ...more.people];
  const sorted = mine ? [...listed].sort((a, b) => Number(b.id === mine) - Number(a.id === mine)) : listed;
  const shown = searches && wanted ? sorted.filter((user) => user.nickname.toLowerCase().includes(wanted.toLowerCase())) : sorted;
  const open = (id: string) => {
    if (me.value === null) dialog.value = 'login';
    else if (id === mine) dialog.value = 'brief';
    else go(chatHref(id));
  };
  return (
    <aside class="people" aria-labelledby="people-title">
      <header class="pane-head">
        <h2 id="people-title">
          {t.value.online} <span class="count">{known.value ? online : '…'}</span>
        </h2>
        {users.length > 0 && <p class="quiet">{t.value.clickToChat}</p>}
      </header>
      {searches && (
        <input class="people-search" type="search" value={wanted} placeholder={t.value.findPerson} aria-label={t.value.findPerson} onInput={(event) => setWanted(event.currentTarget.value)} />
      )}
      <ul class="people-list" onKeyDown={moveWithArrows}>
        {shown.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              class="person"
              data-testid="online-user"
              data-nickname={user.nickname}
              data-places={user.places}
              data-user={user.id}
              aria-current={user.id === selected.value}
              onClick={() => open(user.id)}
            >
              <Avatar id={user.id} nickname={user.nickname} size="s" />
              <span class="person-text">
                <span class="person-name">
                  <bdi>{user.nickname}</bdi>{' '}
                  <span class="quiet" title={t.value.places(user.places)}>
                    ({user.places})
                  </span>
                  {user.id === mine && <span class="tag">{t.value.you}</span>}
                </span>
                {user.brief && (
                  <span class="person-brief quiet" data-testid="online-brief" title={user.brief}>
                    {user.brief}
                  </span>
                )}
              </span>
            </button>
          </li>
        ))}
        {online > listed.length && (
          <li class="people-note quiet">
            <button type="button" class="link-button" data-testid="people-more" data-count={online - listed.length} onClick={() => void more.load().catch(() => {}) /* pressed again, it asks again */}>
              {t.value.notListed(online - listed.length)}
            </button>
          </li>
        )}
        {online === 0 && known.value && <li class="people-note quiet">{t.value.nobodyOnline}</li>}
      </ul>
      <p class="guests" data-testid="guests" data-count={guests}>
        <EyeIcon />
        {t.value.guests} <span class="count">{known.value ? guests : '…'}</span>
      </p>
    </aside>
  );
}
