import { dialog } from '../account/dialogs.ts';
import { roomFailureText } from '../rooms/roomFailureText.ts';
import { failureOf, t } from '../settings/language.ts';
import { isRoomKey, roomOf } from '../state/addressee.ts';
import { personOf } from '../state/chats.ts';
import { connection, me } from '../state/im.ts';
import { met } from '../state/people.ts';
import { foundRooms, joinRoom } from '../state/rooms.ts';
import type { ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { GhostIcon, PeopleIcon } from '../ui/icons.tsx';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { Skeleton } from './Empty.tsx';

/** Why there is no conversation where an address leads; undefined where there is one. */
export function absence(chat: ChatKey): 'guest' | 'nobody' | 'unknown' | 'room' | undefined {
  if (chat === 'lobby') return undefined;
  if (me.value === null) return 'guest';
  if (me.value && personOf(chat)) return undefined;
  if (isRoomKey(chat)) return foundRooms.value.get(chat) === undefined ? 'unknown' : foundRooms.value.get(chat) ? 'room' : 'nobody';
  return met.value.get(chat) === null ? 'nobody' : 'unknown';
}

/** In a conversation's place where nobody can be shown: yet, to a guest, or ever. */
export function Absent({ chat, why }: { chat: ChatKey; why: 'guest' | 'nobody' | 'unknown' | 'room' }) {
  const person = personOf(chat);
  const room = foundRooms.value.get(chat);
  if (why === 'unknown' && connection.value.phase !== 'waiting' && connection.value.phase !== 'closed') return <div class="messages-frame" id="composer" tabIndex={-1} data-testid="absent" data-why={why}><div class="messages-sheet"><Skeleton /></div></div>;
  const [title, hint] = {
    guest: isRoomKey(chat) ? [t.value.logInToRoom, t.value.logInToRoomHint] : [t.value.logInToChat(person && nameOf(person)), t.value.logInToChatHint],
    nobody: isRoomKey(chat) ? [t.value.noRoomHere, t.value.noRoomHereHint] : [t.value.nobodyHere, t.value.nobodyHereHint],
    room: [room?.title ?? '', room?.topic || t.value.roomKind(true, room?.members ?? 0)],
    unknown: [t.value.notKnownYet, t.value.notKnownYetHint],
  }[why];
  return (
    <div class="empty absent" data-testid="absent" data-why={why} id={why === 'guest' ? undefined : 'composer'} tabIndex={-1}>
      {why === 'guest' && person ? <Avatar id={chat} nickname={person.nickname} size="l" /> : <span class="absent-icon">{why === 'guest' || why === 'room' ? <PeopleIcon /> : <GhostIcon />}</span>}
      <p class="empty-title" role={why === 'guest' ? undefined : 'status'}>{title}</p>
      <p class="quiet">{hint}</p>
      <p class="absent-ways">
        {why === 'guest' && (
          <button type="button" class="button" id="composer" data-testid="absent-login" onClick={() => (dialog.value = 'login')}>
            {t.value.logIn}
          </button>
        )}
        {why === 'room' && (
          <button type="button" class="button" data-testid="absent-join" onClick={() => void joinRoom(roomOf(chat)).catch((error: unknown) => notice(roomFailureText(failureOf(error))))}>
            {t.value.join}
          </button>
        )}
        <a class={why === 'guest' || why === 'room' ? 'button button-quiet' : 'button'} href="#/lobby" data-testid="absent-lobby">
          {t.value.toLobby}
        </a>
      </p>
    </div>
  );
}

/** In the composer's place where the other one deleted their account. */
export const AccountGone = () => (
  <p class="composer account-gone quiet" data-testid="account-gone">
    {t.value.accountGone}
  </p>
);

/** In the composer's place of a room that one is in no more, or that was archived. */
export const RoomOver = ({ left }: { left: boolean }) => (
  <p class="composer account-gone quiet" role="status" id="composer" tabIndex={-1} data-testid="room-over" data-left={left}>
    {left ? t.value.roomLeft : t.value.roomOver}
  </p>
);
