import type { Room } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { dialog, openProfile } from '../account/dialogs.ts';
import { t } from '../settings/language.ts';
import { chatOf, isMuted, personOf, unreadTotal } from '../state/chats.ts';
import { client, known, me, presence } from '../state/im.ts';
import { peopleOpen, type ChatKey } from '../state/route.ts';
import { Avatar, LobbyAvatar } from '../ui/Avatar.tsx';
import { BackIcon, InfoIcon, PeopleIcon } from '../ui/icons.tsx';
import { isDeleted } from '../ui/names.ts';
import { shortText } from '../ui/times.ts';
import { onePane } from '../ui/widths.ts';

/** Where one is: the lobby and how many are there, or with whom one chats, whether they are there, and their brief. */
export function ChatTitle({ chat, name }: { chat: ChatKey; name: string }) {
  const person = personOf(chat);
  const { room, left } = chatOf(chat);
  const isOnline = presence.value.users.some((user) => user.id === chat);
  const elsewhere = unreadTotal.value - (isMuted(chatOf(chat)) ? 0 : chatOf(chat).unread);
  const back = elsewhere > 0 ? `${t.value.back}, ${t.value.unreadElsewhere(elsewhere)}` : t.value.back;
  return (
    <div class="bar-title">
      <a class="icon-button bar-back" href="#/list" aria-label={back} data-testid="back" data-unread={elsewhere}>
        <BackIcon />
        {elsewhere > 0 && <span class="badge">{elsewhere > 99 ? '99+' : elsewhere}</span>}
      </a>
      {chat === 'lobby' ? <LobbyAvatar /> : person && <Avatar id={chat} nickname={person.nickname} {...(room ? {} : { online: isOnline })} />}
      <div class="bar-text">
        <h1 data-testid="chat-title">{chat === 'lobby' || onePane.value || !me.value || !person || room || isDeleted(person) ? name : t.value.chattingWith(name)}</h1>
        <p class="quiet">{chat === 'lobby' ? <LobbyPresence /> : room ? <RoomWords room={room} /> : person && !isDeleted(person) && <PersonPresence id={chat} isOnline={isOnline} brief={person.brief} />}</p>
      </div>
      {me.value && chat === 'lobby' && (
        <button type="button" class="icon-button" aria-label={t.value.aboutConversation} title={t.value.aboutConversation} aria-haspopup="dialog" data-testid="lobby-about" onClick={() => (dialog.value = 'lobby')}>
          <InfoIcon />
        </button>
      )}
      {room && !left && (
        <button type="button" class="icon-button" aria-label={t.value.aboutRoom} title={t.value.aboutRoom} aria-haspopup="dialog" data-testid="room-about" onClick={() => (dialog.value = 'room')}>
          <InfoIcon />
        </button>
      )}
      {me.value && person && !room && chat !== 'lobby' && !isDeleted(person) && (
        <button type="button" class="icon-button" aria-label={t.value.profile} title={t.value.profile} aria-haspopup="dialog" data-testid="profile-open" onClick={() => openProfile(person)}>
          <InfoIcon />
        </button>
      )}
      <button type="button" class="icon-button bar-people" aria-label={t.value.showOnline} title={t.value.showOnline} aria-haspopup="dialog" data-testid="people-open" onClick={() => (peopleOpen.value = true)}>
        <PeopleIcon />
      </button>
    </div>
  );
}

/** Above the administrators' pages. */
export const AdminTitle = ({ name }: { name: string }) => (
  <div class="bar-title">
    <a class="icon-button bar-back" href="#/list" aria-label={t.value.back} data-testid="back">
      <BackIcon />
    </a>
    <div class="bar-text">
      <h1 data-testid="chat-title">{name}</h1>
    </div>
  </div>
);

const LobbyPresence = () => <>{known.value ? t.value.onlineCount(presence.value.online, presence.value.guests) : '…'}</>;

const RoomWords = ({ room }: { room: Room }) => <bdi data-testid="chat-topic">{room.topic || t.value.roomKind(room.public, room.members)}</bdi>;

function PersonPresence({ id, isOnline, brief }: { id: string; isOnline: boolean; brief: string }) {
  const seen = useLastSeen(id, isOnline);
  if (!known.value) return <>…</>;
  return (
    <>
      <span class={isOnline ? 'presence is-online' : 'presence'} data-testid="chat-presence" data-online={isOnline}>
        {isOnline ? t.value.isOnline : seen !== undefined ? t.value.seenLast(shortText(seen)) : brief ? t.value.isOffline : t.value.isOfflineHint}
      </span>
      {brief && (
        <>
          {' · '}
          <bdi data-testid="chat-brief">{brief}</bdi>
        </>
      )}
    </>
  );
}

/** A node stores it within a second of the going. */
const storedMs = 2_000;

/** When somebody who is not here was here last, as far as one may know. */
function useLastSeen(id: string, isOnline: boolean): number | undefined {
  const [seen, setSeen] = useState<{ id: string; at: number | undefined }>();
  const [was, setWas] = useState<string>();
  useEffect(() => {
    if (isOnline) setWas(id);
    if (isOnline || !me.value) return;
    let current = true;
    const timer = setTimeout(() => client.http.people.profile(id).then(({ lastSeen }) => current && setSeen({ id, at: lastSeen }), () => {}), was === id ? storedMs : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id, isOnline]);
  return seen?.id === id ? seen.at : undefined;
}
