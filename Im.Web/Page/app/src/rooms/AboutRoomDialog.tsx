import type { Room, User } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { ConversationSection } from '../notifications/ConversationSection.tsx';
import { t } from '../settings/language.ts';
import { chatOf, looksAfter, takeRoom } from '../state/chats.ts';
import { client } from '../state/im.ts';
import { goInstead, type ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { PictureChoice } from '../ui/PictureChoice.tsx';
import { Banned } from './Banned.tsx';
import { Invited } from './Invited.tsx';
import { Links } from './Links.tsx';
import { Members } from './Members.tsx';
import { Programs } from './Programs.tsx';
import { RoomForm } from './RoomForm.tsx';
import { SureButton } from './SureButton.tsx';
import { useDeed } from './useDeed.ts';
import './rooms.css';

/** What a room is, who is in it, and what its reader may do about that; what they may not is not shown. */
export function AboutRoomDialog({ chat, room, me, onClose }: { chat: ChatKey; room: Room; me: User; onClose: () => void }) {
  const [edits, setEdits] = useState(false);
  const [changes, setChanges] = useState(0);
  const { act, busy, failure } = useDeed();
  const id = room.conversation;
  const isOwner = room.role === 'owner';
  const manages = looksAfter(chatOf(chat)) && !room.archived;
  useEffect(() => void client.rooms.get(id).then(takeRoom, () => {}), [changes]);
  useEffect(() => client.on('event', ({ event }) => event.conversation === id && (event.kind === 'member' || event.kind === 'title') && setChanges((before) => before + 1)), [id]);
  const save = (change: Parameters<typeof client.rooms.edit>[1]) => client.rooms.edit(id, change).then((answer) => takeRoom(answer.room));
  const savePicture = async (picture: Blob | null) =>
    takeRoom((picture ? await client.rooms.setPicture(id, (await client.files.upload(picture, 'picture')).file) : await client.rooms.removePicture(id)).room);
  if (edits)
    return (
      <Dialog key="edit" title={t.value.editRoom} onClose={onClose}>
        <RoomForm room={room} label={t.value.save} onSave={(wanted) => save(wanted).then(() => setEdits(false))} onCancel={() => setEdits(false)} />
      </Dialog>
    );
  return (
    <Dialog key="about" title={t.value.aboutRoom} onClose={onClose}>
      <div aria-busy={busy} data-testid="about-room" data-role={room.role} data-members={room.members}>
        {manages ? <PictureChoice has={room.picture !== undefined} save={savePicture}><Head chat={chat} room={room} /></PictureChoice> : <Head chat={chat} room={room} />}
        <p class={room.topic ? 'rooms-topic' : 'rooms-topic quiet'} dir="auto">{room.topic || t.value.roomNoTopic}</p>
        {room.archived && <p class="quiet">{t.value.roomOver}</p>}
        {manages && (
          <button type="button" class="link-button" data-testid="room-edit" onClick={() => setEdits(true)}>
            {t.value.editRoom}
          </button>
        )}
        <ConversationSection chat={chat} />
        <Members room={room} me={me} changes={changes} mayInvite={!room.archived && (room.public || manages)} />
        {manages && <Invited room={id} changes={changes} />}
        {manages && <Links room={id} />}
        {manages && <Programs room={id} />}
        {looksAfter(chatOf(chat)) && <Banned room={id} changes={changes} />}
        <p class="rooms-part rooms-end">
          {failure && <span class="field-error" role="alert" data-testid="about-error">{failure}</span>}
          {isOwner && (room.archived
            ? <button type="button" class="link-button" data-testid="room-unarchive" disabled={busy} onClick={() => void act(() => save({ archived: false }))}>{t.value.unarchiveRoom}</button>
            : <SureButton label={t.value.archiveRoom} question={t.value.archiveSure} testId="room-archive" disabled={busy} onSure={() => void act(() => save({ archived: true }))} />)}
          <SureButton label={t.value.leaveRoom} question={isOwner ? t.value.leaveOwnerSure : t.value.leaveSure} testId="room-leave" disabled={busy} onSure={() => void act(() => client.rooms.leave(id).then(() => goInstead('#/lobby')))} />
        </p>
      </div>
    </Dialog>
  );
}

const Head = ({ chat, room }: { chat: ChatKey; room: Room }) => (
  <div class="dialog-person">
    <Avatar id={chat} nickname={room.title} size="l" />
    <div class="rooms-text">
      <p><strong><bdi>{room.title}</bdi></strong></p>
      <p class="quiet rooms-small">{t.value.roomKind(room.public, room.members)}</p>
    </div>
  </div>
);
