import { useCallback, useState } from 'preact/hooks';
import { sizeText } from '../files/sizeText.ts';
import { usePages } from '../rooms/usePages.ts';
import { failureOf, failureText, t } from '../settings/language.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { admin, adminHref } from './api.ts';
import { Confirm, type Asked } from './Confirm.tsx';
import { Back, Fact, Facts, Moment, Pages, Tag } from './parts.tsx';
import { a } from './texts.ts';
import { useLoaded } from './useLoaded.ts';

/** One room: how large it is and who is in it; not what is said there. */
export function RoomPage({ id }: { id: string }) {
  const read = useCallback(() => admin.room(id), [id]);
  const { value: room, problem, set } = useLoaded(read);
  const [asked, setAsked] = useState<Asked>();
  const members = usePages((after) => admin.members(id, after).then(({ members: items, next }) => ({ items, next })), id);
  const back = <Back href={adminHref('rooms')}>{a.value.backToRooms}</Back>;
  if (!room) return problem ? <>{back}<p role="alert" class="admin-failed">{problem === 'not_found' ? a.value.noRoom : a.value.notRead}</p></> : <p class="skeleton admin-skeleton" />;
  return (
    <div data-testid="admin-room-page" data-conversation={id} data-archived={room.archived === true}>
      {back}
      <header class="admin-head">
        <Avatar id={`r/${id}`} nickname={room.title} size="l" />
        <div class="admin-main">
          <h2><bdi>{room.title}</bdi></h2>
          {room.topic && <p class="quiet" dir="auto">{room.topic}</p>}
          <span class="admin-tags">
            <Tag>{room.public ? a.value.isPublic : a.value.isPrivate}</Tag>
            {room.archived && <Tag alert>{a.value.archived}</Tag>}
          </span>
        </div>
      </header>
      <Facts>
        <Fact name={a.value.owner}>{room.owner ? <a href={adminHref('people', room.owner.id)}><bdi>{nameOf(room.owner)}</bdi></a> : a.value.noOwner}</Fact>
        <Fact name={a.value.messages}>{room.lines.toLocaleString()}</Fact>
        <Fact name={a.value.files}>{sizeText(room.fileBytes)}</Fact>
        <Fact name={a.value.made}><Moment at={room.created} /></Fact>
        <Fact name={a.value.lastActive}><Moment at={room.lastAt} /></Fact>
        <Fact name={a.value.id} wide><code>{id}</code></Fact>
      </Facts>
      <div class="admin-deeds">
        {room.archived
          ? <button type="button" class="button button-quiet" data-testid="admin-unarchive" onClick={() => void admin.archive(id, false).then(set, (error: unknown) => notice(failureText(failureOf(error))))}>{a.value.unarchive}</button>
          : <button type="button" class="button button-danger" data-testid="admin-archive" onClick={() => setAsked({ title: a.value.archive, sure: a.value.archiveSure(room.title), deed: () => admin.archive(id, true).then(set) })}>{a.value.archive}</button>}
        <a class="button button-quiet" href={adminHref('audit', 'target', id)}>{a.value.doneTo}</a>
      </div>
      <section class="admin-part">
        <h3>{a.value.membersTitle} <span class="count">{room.members.toLocaleString()}</span></h3>
        <Pages items={members.items} failed={members.failed} more={members.more} reload={members.reload} empty={a.value.nothing} testId="admin-members">
          {(member) => (
            <li key={member.id}>
              <a class="admin-row" href={adminHref('people', member.id)}>
                <Avatar id={member.id} nickname={member.nickname} size="s" />
                <span class="admin-main"><bdi>{nameOf(member)}</bdi></span>
                {member.role !== 'member' && <span class="admin-tags"><Tag>{t.value.roomRoleNames[member.role]}</Tag></span>}
              </a>
            </li>
          )}
        </Pages>
      </section>
      {asked && <Confirm asked={asked} onDone={() => setAsked(undefined)} onClose={() => setAsked(undefined)} />}
    </div>
  );
}
