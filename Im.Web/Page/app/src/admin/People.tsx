import type { AdminStanding, AdminUserFilter } from '@im/client';
import { useState } from 'preact/hooks';
import { usePages } from '../rooms/usePages.ts';
import { t } from '../settings/language.ts';
import { learn } from '../state/cards.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { momentText, shortText } from '../ui/times.ts';
import { admin, adminHref } from './api.ts';
import { Pages, Search, Select, Tag, useTyped } from './parts.tsx';
import { a } from './texts.ts';

type Shown = AdminUserFilter | 'all';

/** Everybody who has an account. */
export function People() {
  const { text, settled, onInput } = useTyped();
  const [shown, setShown] = useState<Shown>('all');
  const { items, failed, more, reload } = usePages((after) => admin.users(settled, shown === 'all' ? undefined : shown, after).then(({ users, next }) => (learn(users), { items: users, next })), `${shown} ${settled}`);
  return (
    <>
      <div class="admin-tools">
        <Search label={a.value.findPerson} value={text} onInput={onInput} />
        <Select label={a.value.filter} testId="admin-filter" value={shown} options={Object.entries(a.value.filters) as [Shown, string][]} onChoose={setShown} />
      </div>
      <Pages items={items} failed={failed} more={more} reload={reload} empty={a.value.nothing} testId="admin-people">
        {(person) => (
          <li key={person.id}>
            <a class="admin-row" href={adminHref('people', person.id)} data-testid="admin-person" data-user={person.id}>
              <Avatar id={person.id} nickname={person.nickname} size="s" />
              <span class="admin-main">
                <strong><Name id={person.id} nickname={person.nickname} /></strong>
                {person.brief && <bdi class="quiet">{person.brief}</bdi>}
              </span>
              <Standing person={person} />
              {person.lastSeen !== undefined && <span class="admin-aside quiet">{t.value.seenLast(shortText(person.lastSeen))}</span>}
            </a>
          </li>
        )}
      </Pages>
    </>
  );
}

/** What somebody may do more or less than others. */
export function Standing({ person: { admin: isAdmin, mutedUntil = 0, bannedUntil = 0 }, long }: { person: AdminStanding; long?: boolean }) {
  const now = client.now;
  return (
    <span class="admin-tags">
      {isAdmin && <Tag>{a.value.administrator}</Tag>}
      {mutedUntil > now && <Tag alert>{long && !isForGood(mutedUntil) ? a.value.mutedUntil(momentText(mutedUntil)) : a.value.muted}</Tag>}
      {bannedUntil > now && <Tag alert>{long && !isForGood(bannedUntil) ? a.value.bannedUntil(momentText(bannedUntil)) : a.value.banned}</Tag>}
    </span>
  );
}

const yearsMs = 5 * 365 * 24 * 3_600_000;
const isForGood = (until: number): boolean => until - client.now > yearsMs;
