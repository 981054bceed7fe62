import type { Room } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { keyOfConversation } from '../state/addressee.ts';
import { client } from '../state/im.ts';
import { chatHref, go } from '../state/route.ts';
import { createRoom, invitations, joinRoom, readInvitations } from '../state/rooms.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { nameOf } from '../ui/names.ts';
import { RoomForm } from './RoomForm.tsx';
import { useDeed } from './useDeed.ts';
import { usePages } from './usePages.ts';
import './rooms.css';

const waitMs = 200;

/** Where one is invited to, public rooms, and a room of one's own. */
export function RoomsDialog({ onClose }: { onClose: () => void }) {
  const [creates, setCreates] = useState(false);
  if (creates)
    return (
      <Dialog key="create" title={t.value.createRoom} onClose={onClose}>
        <RoomForm label={t.value.createRoom} onSave={createRoom} onCancel={() => setCreates(false)} />
      </Dialog>
    );
  return (
    <Dialog key="rooms" title={t.value.rooms} onClose={onClose}>
      <button type="button" class="button button-wide" data-testid="room-create" onClick={() => setCreates(true)}>
        {t.value.createRoom}
      </button>
      <Invitations />
      <PublicRooms />
    </Dialog>
  );
}

function Invitations() {
  const { act, busy, failure } = useDeed();
  useEffect(() => void act(readInvitations), []);
  const list = invitations.value;
  if (list.length === 0 && !failure) return null;
  return (
    <section class="rooms-part" aria-busy={busy}>
      <h3>{t.value.invitations}</h3>
      {failure && <p class="field-error" role="alert" data-testid="invitations-error">{failure}</p>}
      <ul class="rooms-list">
        {list.map(({ room, by }) => (
          <li key={room.conversation} class="rooms-row" data-testid="invitation" data-room={room.conversation}>
            <RoomText room={room} words={t.value.invitedBy(nameOf(by))} />
            <button type="button" class="link-button" data-testid="invitation-accept" aria-label={t.value.joinNamed(room.title)} disabled={busy} onClick={() => void act(() => joinRoom(room.conversation))}>
              {t.value.join}
            </button>
            <button type="button" class="link-button is-danger" data-testid="invitation-decline" aria-label={t.value.declineNamed(room.title)} disabled={busy} onClick={() => void act(() => client.rooms.decline(room.conversation).then(readInvitations))}>
              {t.value.decline}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PublicRooms() {
  const { act, busy, failure } = useDeed();
  const [written, setWritten] = useState('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWanted(written), waitMs);
    return () => clearTimeout(timer);
  }, [written]);
  const { items, failed, more, reload } = usePages((after) => client.rooms.list(wanted, after).then(({ rooms, next }) => ({ items: rooms, next })), wanted);
  const why = failed ? t.value.roomsNotRead : failure;
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="public-rooms" data-count={items?.length}>
      <h3>{t.value.publicRooms}</h3>
      <input type="search" class="rooms-search" placeholder={t.value.findRoom} aria-label={t.value.findRoom} maxLength={64} data-testid="rooms-search" value={written} onInput={(event) => setWritten(event.currentTarget.value)} />
      {why && <p class="field-error" role="alert" data-testid="rooms-error">{why}</p>}
      {failed && <button type="button" class="link-button" onClick={() => void reload()}>{t.value.retry}</button>}
      {items?.length === 0 && <p class="quiet" role="status">{wanted ? t.value.noRooms : t.value.noRoomsYet}</p>}
      <ul class="rooms-list">
        {items?.map((room) => (
          <li key={room.conversation} class="rooms-row" data-testid="public-room" data-room={room.conversation}>
            <RoomText room={room} words={room.topic} />
            {room.role ? (
              <button type="button" class="link-button" data-testid="room-open" aria-label={t.value.openNamed(room.title)} onClick={() => go(chatHref(keyOfConversation(room.conversation, undefined)))}>
                {t.value.openRoom}
              </button>
            ) : (
              <button type="button" class="link-button" data-testid="room-join" aria-label={t.value.joinNamed(room.title)} disabled={busy} onClick={() => void act(() => joinRoom(room.conversation))}>
                {t.value.join}
              </button>
            )}
          </li>
        ))}
      </ul>
      {more && <button type="button" class="link-button" data-testid="rooms-more" onClick={more}>{t.value.moreRooms}</button>}
    </section>
  );
}

function RoomText({ room, words }: { room: Room; words: string }) {
  return (
    <>
      <Avatar id={keyOfConversation(room.conversation, undefined)} nickname={room.title} picture={room.picture} />
      <div class="rooms-text">
        <p><strong><bdi>{room.title}</bdi></strong></p>
        {words && <p class="quiet"><bdi>{words}</bdi></p>}
        <p class="quiet">{t.value.roomKind(room.public, room.members)}</p>
      </div>
    </>
  );
}
