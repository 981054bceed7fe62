import type { Sender } from '@im/client';
import { signal } from '@preact/signals';
import { keyOfTimeline } from './addressee.ts';
import { blocked } from './blocked.ts';
import { client } from './im.ts';
import type { ChatKey } from './route.ts';

const trueForMs = 5_000;

/** Who is typing, by conversation. */
export const typing = signal<ReadonlyMap<ChatKey, readonly Sender[]>>(new Map());

const timers = new Map<string, ReturnType<typeof setTimeout>>();

function set(chat: ChatKey, user: Sender, types: boolean): void {
  const others = (typing.value.get(chat) ?? []).filter(({ id }) => id !== user.id);
  if (!types && others.length === (typing.value.get(chat)?.length ?? 0)) return;
  typing.value = new Map(typing.value).set(chat, types ? [...others, user] : others);
}

client.on('typing', ({ timeline, from }) => {
  if (blocked.value.has(from.id)) return;
  const chat = keyOfTimeline(timeline);
  const key = `${chat} ${from.id}`;
  clearTimeout(timers.get(key));
  timers.set(
    key,
    setTimeout(() => set(chat, from, false), trueForMs),
  );
  set(chat, from, true);
});

client.on('event', ({ timeline, event }) => event.line !== undefined && set(keyOfTimeline(timeline), event.from, false));
