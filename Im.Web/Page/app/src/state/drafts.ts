import { signal } from '@preact/signals';
import { store, stored, storedKeys } from '../settings/stored.ts';
import { client, me } from './im.ts';
import type { ChatKey } from './route.ts';

const prefix = 'im.draft ';

/**
 * What the user has begun to write, by conversation. It is kept in localStorage, for its author alone: it outlives the tab, all tabs share it (of two the last one that wrote
 * counts), and a logout takes it away.
 */
export const drafts = signal<ReadonlyMap<ChatKey, string>>(new Map());

let author: string | undefined;

const keyOf = (chat: ChatKey): string => `${prefix}${author} ${chat}`;

export const draftOf = (chat: ChatKey): string => drafts.value.get(chat) ?? '';

export function keepDraft(chat: ChatKey, text: string): void {
  if (author === undefined) return;
  put(chat, text);
  store('local', keyOf(chat), text || null);
}

function put(chat: ChatKey, text: string): void {
  const next = new Map(drafts.value);
  if (text) next.set(chat, text);
  else next.delete(chat);
  drafts.value = next;
}

function become(user: string | undefined): void {
  if (user === author) return;
  author = user;
  const mine = keyOf('');
  if (user !== undefined) forget((key) => !key.startsWith(mine)); // nobody reads what somebody else began at this browser
  drafts.value = user === undefined ? new Map() : new Map(storedKeys('local', mine).map((key) => [key.slice(mine.length), stored('local', key) ?? ''] as const));
}

function forget(which: (key: string) => boolean): void {
  for (const key of storedKeys('local', prefix)) if (which(key)) store('local', key, null);
}

become(me.value?.id);
client.on('me', (user) => become(user?.id));
client.on('loggedOut', () => forget(() => true));
addEventListener('storage', ({ key, newValue }) => {
  if (author !== undefined && key?.startsWith(keyOf(''))) put(key.slice(keyOf('').length), newValue ?? '');
});
