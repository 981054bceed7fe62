import type { User } from '@im/client';
import { signal, type Signal } from '@preact/signals';
import { isRoomKey } from './addressee.ts';
import { client, me, presence } from './im.ts';

/** What is shown of somebody besides the nickname, which their messages have. */
export type Card = Pick<User, 'name' | 'picture'>;

const none: Card = {};
const cards = new Map<string, Signal<Card | undefined>>();
const asked = new Set<string>();
let wanted = new Set<string>();

const waitMs = 30;
const maxIds = 100;

function slotOf(id: string): Signal<Card | undefined> {
  let slot = cards.get(id);
  if (!slot) cards.set(id, (slot = signal(undefined)));
  return slot;
}

/** These are so now. */
export function learn(users: Iterable<User>): void {
  for (const { id, name, picture } of users) {
    const known = slotOf(id).peek();
    if (!known || known.name !== name || known.picture !== picture) slotOf(id).value = { ...(name === undefined ? {} : { name }), ...(picture === undefined ? {} : { picture }) };
  }
}

/** What is known of somebody; who is not known is asked about, with all others who are on the page. A guest knows those who are online. */
export function cardOf(id: string): Card | undefined {
  if (id === 'lobby' || isRoomKey(id)) return undefined;
  const card = slotOf(id).value;
  if (card === undefined && me.value && !asked.has(id)) want(id);
  return card;
}

function want(id: string): void {
  asked.add(id);
  if (wanted.size === 0) setTimeout(ask, waitMs);
  wanted.add(id);
}

function ask(): void {
  const ids = [...wanted];
  wanted = new Set();
  for (let first = 0; first < ids.length; first += maxIds) void find(ids.slice(first, first + maxIds)).catch(() => {}); // the next connection asks again
}

async function find(ids: readonly string[]): Promise<void> {
  const found = await client.http.people.find(ids);
  for (const id of ids) if (!found.some((user) => user.id === id)) slotOf(id).value = none; // an account that is no more
  learn(found);
}

client.on('presence', ({ users }) => learn(users));
client.on('me', (user) => user && learn([user]));
client.on('conversations', (summaries) => learn(summaries.flatMap(({ peer }) => peer ?? [])));

// Who changed it while there was no connection, and is not online now, is asked about anew.
client.on('state', ({ phase }) => {
  if (phase !== 'ready' || !me.value) return;
  asked.clear();
  const online = new Set(presence.value.users.map(({ id }) => id));
  for (const [id, card] of cards) if (card.peek() !== undefined && !online.has(id)) want(id);
});
