import { effect, signal } from '@preact/signals';
import { chatOf } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import { invitationLink, selected } from '../state/route.ts';

/** The dialog that is open. */
export const dialog = signal<'login' | 'brief' | 'devices' | 'keys' | 'password' | 'delete' | 'rooms' | 'room' | undefined>(undefined);

// The others are about somebody who is not here any more, and must not open again for the next one.
client.on('loggedOut', () => {
  if (dialog.value !== 'login') dialog.value = undefined;
});

// A guest who comes by an invitation link logs in first.
effect(() => {
  if (me.value === null && invitationLink.value !== undefined) dialog.value = 'login';
});

// What is open about a room ends with being in it.
effect(() => {
  const { room, left } = chatOf(selected.value);
  if (dialog.peek() === 'room' && (!room || left)) dialog.value = undefined;
});
