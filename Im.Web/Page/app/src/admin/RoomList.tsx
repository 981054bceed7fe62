import { usePages } from '../rooms/usePages.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { shortText } from '../ui/times.ts';
import { admin, adminHref } from './api.ts';
import { Pages, Search, Tag, useTyped } from './parts.tsx';
import { a } from './texts.ts';

/** All rooms of the server, private and archived ones too. */
export function RoomList() {
  const { text, settled, onInput } = useTyped();
  const { items, failed, more, reload } = usePages((after) => admin.rooms(settled, after).then(({ rooms, next }) => ({ items: rooms, next })), settled);
  return (
    <>
      <div class="admin-tools">
        <Search label={a.value.findRoom} value={text} onInput={onInput} />
      </div>
      <Pages items={items} failed={failed} more={more} reload={reload} empty={a.value.nothing} testId="admin-rooms">
        {(room) => (
          <li key={room.conversation}>
            <a class="admin-row" href={adminHref('rooms', room.conversation)} data-testid="admin-room" data-conversation={room.conversation}>
              <Avatar id={`r/${room.conversation}`} nickname={room.title} size="s" />
              <span class="admin-main">
                <strong><bdi>{room.title}</bdi></strong>
                <span class="quiet">{a.value.members(room.members)} · {a.value.lines(room.lines)}</span>
              </span>
              <span class="admin-tags">
                <Tag>{room.public ? a.value.isPublic : a.value.isPrivate}</Tag>
                {room.archived && <Tag alert>{a.value.archived}</Tag>}
              </span>
              {room.lastAt !== undefined && <span class="admin-aside quiet">{a.value.activeAt(shortText(room.lastAt))}</span>}
            </a>
          </li>
        )}
      </Pages>
    </>
  );
}
