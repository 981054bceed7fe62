import { useState } from 'preact/hooks';
import { dialog } from '../account/dialogs.ts';
import { t } from '../settings/language.ts';
import { connection, known, me, presence } from '../state/im.ts';
import { chatHref, go, selected } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { folded } from '../ui/fold.ts';
import { CloseIcon, EyeIcon } from '../ui/icons.tsx';
import { useRoving } from '../ui/roving.ts';
import { meet } from '../state/people.ts';
import { useFound } from './useFound.ts';
import { useMorePeople } from './useMorePeople.ts';
import './people.css';

const searchFrom = 12;

/** Who is online and in how many places. A click on a name opens the chat with that person. */
export function OnlineList({ onClose }: { onClose: (() => void) | undefined }) {
  const { users, guests, online } = presence.value;
  const [wanted, setWanted] = useState('');
  const more = useMorePeople(users);
  const roving = useRoving<HTMLUListElement>();
  const mine = me.value?.id;
  const searches = mine !== undefined || users.length >= searchFrom;
  const found = useFound(wanted);
  const isOld = known.value && connection.value.phase !== 'ready';
  const listed = [...users, ...more.people];
  const sorted = mine ? [...listed].sort((a, b) => Number(b.id === mine) - Number(a.id === mine)) : listed;
  const looked = searches ? folded(wanted) : '';
  const shown = looked ? sorted.filter((user) => [user.nickname, user.name ?? ''].some((name) => folded(name).includes(looked))) : sorted;
  const offline = found?.filter(({ id }) => !listed.some((user) => user.id === id)) ?? [];
  const open = (id: string) => {
    if (id === mine) return void (dialog.value = 'brief');
    go(chatHref(id));
    if (me.value === null) dialog.value = 'login';
  };
  return (
    <>
      <header class="pane-head">
        <h2 id="people-title">
          {t.value.online} <span class="count">{known.value ? online : '…'}</span>
        </h2>
        {onClose && (
          <button type="button" class="icon-button people-close" aria-label={t.value.close} data-testid="people-close" onClick={onClose}>
            <CloseIcon />
          </button>
        )}
        {users.length > 0 && <p class="quiet">{isOld ? t.value.asLastKnown : t.value.clickToChat}</p>}
      </header>
      {searches && (
        <input
          class="people-search"
          type="search"
          data-testid="people-search"
          value={wanted}
          placeholder={t.value.findPerson}
          aria-label={t.value.findPerson}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      <ul class={isOld ? 'people-list is-old' : 'people-list'} {...roving}>
        {shown.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              class="person"
              data-testid="online-user"
              data-nickname={user.nickname}
              data-name={user.nickname}
              data-places={user.places}
              data-user={user.id}
              aria-current={user.id === selected.value}
              onClick={() => open(user.id)}
            >
              <Avatar id={user.id} nickname={user.nickname} size="s" online={!isOld} />
              <span class="person-text">
                <span class="person-name">
                  <Name id={user.id} nickname={user.nickname} />{' '}
                  <span class="quiet" title={t.value.places(user.places)}>
                    ({user.places})
                  </span>
                  {user.id === mine && <span class="tag">{t.value.you}</span>}
                </span>
                {user.brief && (
                  <bdi class="person-brief quiet" data-testid="online-brief" title={user.brief}>
                    {user.brief}
                  </bdi>
                )}
              </span>
            </button>
          </li>
        ))}
        {offline.map((user) => (
          <li key={user.id}>
            <button type="button" class="person" data-testid="found-user" data-nickname={user.nickname} data-name={user.nickname} data-user={user.id} aria-current={user.id === selected.value} onClick={() => (meet(user), open(user.id))}>
              <Avatar id={user.id} nickname={user.nickname} size="s" online={false} />
              <span class="person-text">
                <span class="person-name"><Name id={user.id} nickname={user.nickname} /></span>
                <bdi class="person-brief quiet">{user.brief || t.value.isOffline}</bdi>
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
        {looked && shown.length === 0 && (found || !mine) && offline.length === 0 && <li class="people-note quiet">{t.value.nobodyFound}</li>}
        {online === 0 && known.value && <li class="people-note quiet">{t.value.nobodyOnline}</li>}
      </ul>
      <p class="guests" data-testid="guests" data-count={guests}>
        <EyeIcon />
        {t.value.guests} <span class="count">{known.value ? guests : '…'}</span>
      </p>
    </>
  );
}
