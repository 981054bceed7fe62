import type { User } from '@im/client';
import { effect, signal } from '@preact/signals';
import { answered, listKnown } from './chats.ts';
import { client, me } from './im.ts';

/** Whom the user has blocked, by id. */
export const blocked = signal<ReadonlyMap<string, User | undefined>>(new Map());

export async function readBlocked(): Promise<void> {
  const user = me.value?.id;
  const list = await client.http.people.blocked();
  if (me.value?.id === user) blocked.value = new Map(list.map((each) => [each.id, each]));
}

// Another device may have decided while there was no connection.
effect(() => {
  if (!me.value) blocked.value = new Map();
  else if (listKnown.value) void readBlocked().catch(() => {}); // the next connection asks again
});

client.on('person', ({ user, what }) => {
  if (what === 'accepted' || what === 'declined') return answered(user, what === 'accepted');
  const next = new Map(blocked.value);
  if (what === 'blocked') next.set(user, next.get(user));
  else next.delete(user);
  blocked.value = next;
  if (what === 'blocked') void readBlocked().catch(() => {}); // with the name
});
