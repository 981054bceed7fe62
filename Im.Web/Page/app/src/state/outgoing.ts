import type { Post } from '@im/client';
import { signal } from '@preact/signals';
import { local } from '../settings/stored.ts';
import { client } from './im.ts';
import type { ChatKey } from './route.ts';
import { Sending } from './Sending.ts';
import { UnsentStore, type Unsent } from './UnsentStore.ts';

/** What we posted and is not in the conversation yet. */
export type Outgoing = Unsent;

const lookEveryMs = 10_000;

const sending = new Sending(client, new UnsentStore(local()), () => (outgoing.value = sending.list));

export const outgoing = signal<readonly Outgoing[]>([]);

export const post = (chat: ChatKey, what: Post): void => sending.post(chat, what);
export const retry = (message: Outgoing): void => sending.retry(message);
export const discard = (id: string): void => sending.discard(id);

client.on('state', ({ phase }) => phase === 'ready' && sending.adopt());
setInterval(() => sending.adopt(), lookEveryMs);
addEventListener('storage', ({ key, newValue }) => newValue === null && sending.forgotten(key));
addEventListener('beforeunload', (event) => {
  if (sending.isAtRisk) event.preventDefault();
});
