import { peerOf, type ConversationSummary, type Message, type Timeline, type User } from '@im/client';
import { computed, effect, signal } from '@preact/signals';
import { addresseeOf } from './addressee.ts';
import { client, me, presence } from './im.ts';
import { goInstead, selected, type ChatKey } from './route.ts';

/** One line of the list of conversations. */
export interface Chat {
  readonly key: ChatKey;
  readonly peer?: User;
  readonly unread: number;
  readonly readSeq: number;
  readonly lastSeq: number;
  readonly last?: Message;
  /** Only others have written in it: it stands behind those of people one knows. */
  readonly stranger?: boolean;
}

const lobbyChat: Chat = { key: 'lobby', unread: 0, readSeq: 0, lastSeq: 0 };
const chats = signal<ReadonlyMap<ChatKey, Chat>>(new Map([['lobby', lobbyChat]]));

/** The conversation whose newest message is on the screen, with somebody looking at it. */
export const reading = signal<ChatKey | undefined>(undefined);

/** The person behind a key: as they are online now, else as last seen in the list, else as they were when they were written to. */
export function personOf(key: ChatKey): User | undefined {
  return presence.value.users.find((user) => user.id === key) ?? chats.value.get(key)?.peer ?? writtenTo.get(key);
}

// Who goes offline before anything was said is in no list.
const writtenTo = new Map<ChatKey, User>();
effect(() => {
  const person = presence.value.users.find((user) => user.id === selected.value);
  if (person) writtenTo.set(person.id, person);
});

/** What is on further pages of the list. */
const further = signal<{ readonly next: string | undefined; readonly unread: number }>({ next: undefined, unread: 0 });

export const hasMore = computed(() => further.value.next !== undefined);

/** The lobby first, then people one has written to, then strangers; each newest first. The one that is open is listed though nothing was said in it yet. */
export const chatList = computed<readonly Chat[]>(() => {
  const list = [...chats.value.values()];
  if (!chats.value.has(selected.value) && me.value) list.push(emptyChat(selected.value));
  return list.sort((a, b) => Number(b.key === 'lobby') - Number(a.key === 'lobby') || Number(a.stranger ?? false) - Number(b.stranger ?? false) || newest(b) - newest(a));
});

export const chatOf = (key: ChatKey): Chat => chats.value.get(key) ?? emptyChat(key);

export const unreadTotal = computed(() => [...chats.value.values()].reduce((sum, chat) => sum + chat.unread, further.value.unread));

function emptyChat(key: ChatKey): Chat {
  const peer = personOf(key);
  return { key, unread: 0, readSeq: 0, lastSeq: 0, ...(peer ? { peer } : {}) };
}

const newest = (chat: Chat): number => chat.last?.at ?? (chat.key === selected.value ? Date.now() : 0);

const keyOf = (message: Message): ChatKey => (message.conversation === 'lobby' ? 'lobby' : peerOf(message, me.value?.id)!);

function put(chat: Chat): void {
  chats.value = new Map(chats.value).set(chat.key, chat);
}

function fromSummary({ kind, peer, unread, readSeq, lastSeq, last, stranger }: ConversationSummary): Chat {
  return { ...(stranger ? { stranger } : {}), key: kind === 'lobby' ? 'lobby' : peer!.id, unread, readSeq, lastSeq, ...(peer ? { peer } : {}), ...(last ? { last } : {}) };
}

// Where something was said after the last list: a list that was on its way meanwhile need not know it.
const heard = new Set<ChatKey>();

client.on('further', (rest) => (further.value = rest));

// What was loaded of further pages stays: nothing says that it is gone.
client.on('conversations', (summaries) => {
  const next = new Map(chats.value);
  const listed = summaries.map(fromSummary);
  if (!hasMore.value) for (const key of chats.value.keys()) if (key !== 'lobby' && !heard.has(key)) next.delete(key);
  for (const chat of listed) next.set(chat.key, withNews(chat));
  chats.value = next;
  heard.clear();
  if (hasMore.value) take(further.value.next, [...next.values()].filter(({ key }) => !listed.some((chat) => chat.key === key)));
});

/** Those are in the list now, and no longer among what is unread elsewhere. */
function take(next: string | undefined, chatsTaken: readonly Chat[]): void {
  further.value = { next, unread: next === undefined ? 0 : Math.max(0, further.value.unread - chatsTaken.reduce((sum, chat) => sum + chat.unread, 0)) };
}

let loading = false;

/** The next page of the list. */
export async function loadMore(): Promise<void> {
  const { next } = further.value;
  if (next === undefined || loading) return;
  loading = true;
  try {
    const page = await client.conversationsPage(next);
    if (further.value.next !== next) return; // a new list has come meanwhile
    const more = page.conversations.map(fromSummary);
    const fresh = more.filter(({ key }) => !chats.value.has(key));
    chats.value = new Map([...chats.value, ...more.map((chat) => [chat.key, withNews(chat)] as const)]);
    take(page.next, fresh);
  } finally {
    loading = false;
  }
}

/** The list's word on a conversation, and what is known to have been said since. */
function withNews(listed: Chat): Chat {
  const { last, lastSeq, readSeq } = chatOf(listed.key);
  if (!last || last.seq <= listed.lastSeq) return listed;
  const { messages } = client.timeline(addresseeOf(listed.key));
  const news = messages.filter(({ seq, from }) => seq > Math.max(listed.lastSeq, readSeq) && from.id !== me.value?.id);
  return { ...listed, last, lastSeq, unread: listed.unread + news.length };
}

client.on('message', ({ message }) => {
  const key = keyOf(message);
  const chat = chatOf(key);
  if (message.seq <= chat.lastSeq) return; // counted in the summary already
  heard.add(key);
  const mine = message.from.id === me.value?.id;
  const peer = key === 'lobby' || mine ? chat.peer : { brief: '', ...chat.peer, ...message.from };
  const stranger = key !== 'lobby' && !mine && (chat.stranger ?? !chats.value.has(key));
  put({ ...chat, last: message, lastSeq: message.seq, unread: chat.unread + (mine ? 0 : 1), ...(peer ? { peer } : {}), stranger });
});

const keyOfTimeline = ({ addressee }: Timeline): ChatKey => ('user' in addressee ? addressee.user : 'lobby');

client.on('removed', ({ timeline, seq }) => {
  const chat = chats.value.get(keyOfTimeline(timeline));
  if (chat?.last?.seq === seq) put({ ...chat, last: { ...chat.last, text: '' } });
});

// Nobody knows yet how many of those are our own, from another window: the next list does.
client.on('gap', ({ timeline, gap }) => {
  const chat = chatOf(keyOfTimeline(timeline));
  const news = gap.beforeSeq - 1 - Math.max(chat.lastSeq, gap.afterSeq);
  if (news > 0) put({ ...chat, lastSeq: gap.beforeSeq - 1, unread: chat.unread + news });
});

client.on('read', ({ timeline, seq }) => {
  const key = keyOfTimeline(timeline);
  const chat = chatOf(key);
  if (seq <= chat.readSeq) return;
  const later = timeline.messages.filter((message) => message.seq > seq && message.from.id !== me.value?.id);
  const older = Math.max(0, (timeline.messages[0]?.seq ?? chat.lastSeq + 1) - seq - 1);
  const notLoaded = timeline.gaps.filter((gap) => gap.beforeSeq > seq).reduce((sum, gap) => sum + gap.count, older);
  put({ ...chat, readSeq: seq, unread: seq >= chat.lastSeq ? 0 : Math.min(chat.unread, later.length + notLoaded) });
});

// Another user, or none: the list is theirs now. What a guest sees of the lobby stays.
let owner: string | null | undefined;
effect(() => {
  const user = me.value === undefined ? undefined : (me.value?.id ?? null);
  if (user === owner) return;
  if (owner) {
    const { last, lastSeq } = chats.peek().get('lobby')!;
    further.value = { next: undefined, unread: 0 };
    chats.value = new Map([['lobby', { ...lobbyChat, lastSeq, ...(last ? { last } : {}) }]]);
  }
  owner = user;
});

effect(() => {
  if (me.value === null && selected.value !== 'lobby') goInstead('#/lobby');
  if (me.value && selected.value === me.value.id) goInstead('#/lobby');
});

effect(() => {
  const chat = chats.value.get(selected.value);
  // One that was selected just now is not on the screen yet.
  if (reading.value !== selected.value || !chat || (chat.unread === 0 && chat.readSeq >= chat.lastSeq)) return;
  put({ ...chat, unread: 0, readSeq: chat.lastSeq });
  if (me.value) sayRead(chat.key);
});

// At once, for the page may be gone a moment later; but a busy conversation is read with every message: that is said once a second.
const sayEveryMs = 1_000;
const said = new Set<ChatKey>();

function sayRead(key: ChatKey): void {
  if (said.has(key)) return;
  const [user, seq] = [me.value?.id, chatOf(key).readSeq];
  said.add(key);
  client.read(addresseeOf(key), seq).catch(() => {}); // the next one says it again
  setTimeout(() => {
    said.delete(key);
    if (me.value && (me.value.id !== user || chatOf(key).readSeq > seq)) sayRead(key);
  }, sayEveryMs);
}
