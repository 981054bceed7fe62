import type { Invitation, Room } from '@im/client';
import { effect, signal } from '@preact/signals';
import { t } from '../settings/language.ts';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { isRoomKey, keyOfConversation, roomOf } from './addressee.ts';
import { chatOf, listKnown, takeRoom } from './chats.ts';
import { client, me } from './im.ts';
import { chatHref, go, goInstead, selected, type ChatKey } from './route.ts';

/** Where the user is invited to. */
export const invitations = signal<readonly Invitation[]>([]);

export async function readInvitations(): Promise<void> {
  const user = me.value?.id;
  const list = await client.rooms.invitations();
  if (me.value?.id === user) invitations.value = list;
}

const look = () => void readInvitations().catch(() => {}); // whoever opens the rooms asks again

client.on('invitation', ({ title, by }) => {
  notice(t.peek().invitedYou(nameOf(by), title));
  look();
});

effect(() => {
  if (!me.value) invitations.value = [];
  else if (listKnown.value) look();
});

/** Rooms that addresses led to and that one is not in: public ones; null where there is none that one may know of. */
export const foundRooms = signal<ReadonlyMap<ChatKey, Room | null>>(new Map());

effect(() => {
  const key = selected.value;
  if (!isRoomKey(key) || !me.value || !listKnown.value || chatOf(key).room || foundRooms.peek().get(key)) return;
  const found = (room: Room | null) => (foundRooms.value = new Map(foundRooms.peek()).set(key, room));
  void client.rooms.get(roomOf(key)).then(
    (room) => (room.role ? takeRoom(room) : found(room)),
    (error: { code?: string }) => error.code === 'not_found' && found(null),
  );
});

/** Joins a public room or one that one is invited to, and goes there. */
export const joinRoom = async (room: string): Promise<void> => enter((await client.rooms.join(room)).room, go);

/** Joins by an invitation link, whose address is left for that of the room. */
export const joinByLink = async (link: string): Promise<void> => enter((await client.rooms.joinByLink(link)).room, goInstead);

function enter(room: Room, lead: (href: string) => void): void {
  takeRoom(room);
  invitations.value = invitations.value.filter((each) => each.room.conversation !== room.conversation);
  lead(chatHref(keyOfConversation(room.conversation, undefined)));
}

/** A room of one's own. */
export async function createRoom(wanted: Parameters<typeof client.rooms.create>[0]): Promise<void> {
  enter((await client.rooms.create(wanted)).room, go);
}
