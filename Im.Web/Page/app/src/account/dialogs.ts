import { signal } from '@preact/signals';
import { client } from '../state/im.ts';

/** The dialog that is open. */
export const dialog = signal<'login' | 'brief' | 'devices' | 'keys' | 'password' | 'delete' | undefined>(undefined);

// The others are about somebody who is not here any more, and must not open again for the next one.
client.on('loggedOut', () => {
  if (dialog.value !== 'login') dialog.value = undefined;
});
