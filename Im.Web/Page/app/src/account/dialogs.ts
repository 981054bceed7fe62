import type { ReportAbout, User } from '@im/client';
import { effect, signal } from '@preact/signals';
import { chatOf } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import { invitationLink, selected } from '../state/route.ts';

/** The dialog that is open. */
export const dialog = signal<'login' | 'brief' | 'devices' | 'keys' | 'password' | 'delete' | 'rooms' | 'room' | 'profile' | 'privacy' | 'notifications' | 'lobby' | 'recovery' | 'recover' | undefined>(undefined);

/** Whose profile is open, and what of theirs is to be reported. */
export const profileOf = signal<{ readonly user: User; readonly report?: ReportAbout } | undefined>(undefined);

export function openProfile(user: User, report?: ReportAbout): void {
  profileOf.value = { user, ...(report && { report }) };
  dialog.value = 'profile';
}

// The others are about somebody who is not here any more, and must not open again for the next one.
client.on('loggedOut', () => {
  if (dialog.value !== 'login' && dialog.value !== 'recover') dialog.value = undefined;
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
