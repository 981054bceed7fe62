import { ImError, newId } from '@im/client';
import { effect, signal } from '@preact/signals';
import { addresseeOf } from './chats.ts';
import { client, me } from './im.ts';
import type { ChatKey } from './route.ts';

/** A message of ours that is not in the conversation yet. */
export interface Outgoing {
  readonly id: string;
  readonly chat: ChatKey;
  readonly text: string;
  readonly at: number;
  /** Why it failed for good; undefined while it is on its way. */
  readonly failure?: string;
}

export const outgoing = signal<readonly Outgoing[]>([]);

const without = (id: string) => outgoing.value.filter((each) => each.id !== id);

export function sendMessage(chat: ChatKey, text: string): void {
  transmit({ id: newId(), chat, text, at: Date.now() });
}

/** The same id again: should it have been stored after all, it is not stored twice. */
export function retry({ id, chat, text, at }: Outgoing): void {
  transmit({ id, chat, text, at });
}

export function discard(id: string): void {
  outgoing.value = without(id);
}

function transmit(message: Outgoing): void {
  outgoing.value = [...without(message.id), message];
  // An ack needs no word: the message itself comes, in its place.
  client.send(addresseeOf(message.chat), message.text, message.id).catch((error: unknown) => {
    const failure = error instanceof ImError ? error.code : 'internal';
    outgoing.value = outgoing.value.map((each) => (each.id === message.id ? { ...each, failure } : each));
  });
}

client.on('message', ({ message }) => {
  if (message.from.id === me.value?.id && outgoing.value.some((each) => each.id === message.id)) outgoing.value = without(message.id);
});

// Nobody sees what somebody else had not sent.
let author: string | undefined;
effect(() => {
  const user = me.value?.id;
  if (author !== undefined && user !== author) outgoing.value = [];
  author = user;
});
