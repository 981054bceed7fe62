import type { TextContent } from '@im/client';
import { addresseeOf, isRoomKey } from '../state/addressee.ts';
import { chatList, chatOf, looksAfter } from '../state/chats.ts';
import { client, me, presence } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import { folded } from '../ui/fold.ts';
import { displayNameOf } from '../ui/names.ts';

/** Whom a text can speak to; without an id it is everybody. */
export interface Mentionable {
  readonly id?: string;
  readonly nickname: string;
}

const maxMentions = 50;
const maxQuery = 40;
const maxSuggestions = 6;
const everybody: Mentionable = { nickname: 'all' };

/** Those who wrote what is loaded, in the lobby and in rooms those who are online and those one has written with, and everybody where that is allowed. */
export function mentionables(chat: ChatKey): Mentionable[] {
  const people = new Map<string, Mentionable>();
  for (const { from } of client.timeline(addresseeOf(chat)).lines) people.set(from.id, from);
  const isDirect = chat !== 'lobby' && !isRoomKey(chat);
  for (const { key, peer } of chatList.value) if (peer && !isRoomKey(key) && (!isDirect || key === chat)) people.set(peer.id, peer);
  for (const { id, nickname } of presence.value.users) if (!isDirect || id === chat) people.set(id, { id, nickname });
  people.delete(me.value?.id ?? '');
  return [...(isDirect || looksAfter(chatOf(chat)) ? [everybody] : []), ...people.values()];
}

/** The `@…` that is being written where the caret stands. */
export function mentionAt(text: string, caret: number): { readonly from: number; readonly query: string } | undefined {
  const from = Math.max(text.lastIndexOf('@', caret - 1), text.lastIndexOf('＠', caret - 1));
  if (from < 0 || caret - from > maxQuery || (from > 0 && /[\p{L}\p{N}]/u.test(text[from - 1]!) && !/\p{Script=Han}/u.test(text[from - 1]!))) return undefined;
  const query = text.slice(from + 1, caret);
  return /[\n@＠]|\s$/.test(query) ? undefined : { from, query: folded(query) };
}

/** Those one of whose words begins so, of nickname or display name, as people are looked for everywhere; whose first does come first. What is written is the nickname. */
export function suggestionsFor(query: string, people: readonly Mentionable[]): Mentionable[] {
  const found = people.map((person) => ({ person, at: placeOf(person, query) })).filter(({ at }) => at >= 0);
  return found.sort((a, b) => Number(a.at > 0) - Number(b.at > 0)).slice(0, maxSuggestions).map(({ person }) => person);
}

function placeOf(person: Mentionable, query: string): number {
  const places = [person.nickname, displayNameOf(person) ?? ''].map((name) => ` ${folded(name)}`.indexOf(` ${query}`)).filter((at) => at >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

/** Whom a text speaks to, as its content says it. A name ends where no letter follows: `@Tommy` does not speak to Tom. */
export function mentionsIn(text: string, chat: ChatKey): Pick<TextContent, 'mentions' | 'all'> {
  let rest = text.toLowerCase();
  const found = [...mentionables(chat)]
    .sort((a, b) => b.nickname.length - a.nickname.length)
    .filter(({ nickname }) => {
      const parts = rest.split(`@${nickname.toLowerCase()}`);
      const spoken = parts.length > 1 && parts.slice(1).some((after) => !/^[a-z0-9_]/.test(after) || !/[a-z0-9_]$/i.test(nickname));
      if (spoken) rest = parts.join(' ');
      return spoken;
    });
  const mentions = found.flatMap(({ id }) => id ?? []).slice(0, maxMentions);
  return { ...(mentions.length > 0 ? { mentions } : {}), ...(found.includes(everybody) ? { all: true as const } : {}) };
}

/** The text before, between and after the names: every second part is one. */
export function splitAtNames(text: string, names: readonly string[]): string[] {
  if (names.length === 0) return [text];
  const longestFirst = [...names].sort((a, b) => b.length - a.length).map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return text.split(new RegExp(`(${longestFirst.join('|')})`, 'iu'));
}
