import { contentOf, fold, isSystem, lineOfPage, mentions, peerOf, type ConversationSummary, type Line, type LogEvent, type Room, type User } from '@im/client';
import { computed, effect, signal } from '@preact/signals';
import { addresseeOf, keyOfConversation, keyOfTimeline } from './addressee.ts';
import { client, me, presence } from './im.ts';
import { goInstead, selected, type ChatKey } from './route.ts';

/** One line of the list of conversations. */
export interface Chat {
  readonly key: ChatKey;
  /** A room is shown as a person is: its title for the name, its topic for the brief. */
  readonly peer?: User;
  readonly room?: Room;
  /** `lastLine - readLine`, without what happened to a room: whoever writes has read what stands before. */
  readonly unread: number;
  readonly readLine: number;
  readonly lastLine: number;
  /** Unread lines that speak to the user. */
  readonly mentions: number;
  readonly last?: Line;
  /** How far the other one has read. */
  readonly peerReadLine?: number;
  /** Only others have written in it: it stands behind those of people one knows. */
  readonly stranger?: boolean;
}

const nothing = { unread: 0, readLine: 0, lastLine: 0, mentions: 0 };
const lobbyChat: Chat = { key: 'lobby', ...nothing };
const chats = signal<ReadonlyMap<ChatKey, Chat>>(new Map([['lobby', lobbyChat]]));

/** The conversation whose newest message is on the screen, with somebody looking at it. */
export const reading = signal<ChatKey | undefined>(undefined);

/** The person behind a key: as they are online now, else as last seen in the list, else as they were when they were written to. */
export function personOf(key: ChatKey): User | undefined {
  return presence.value.users.find((user) => user.id === key) ?? chats.value.get(key)?.peer ?? writtenTo.get(key);
}

/** What somebody is called, as far as it is known: who is neither online nor in the list may have written in the conversation that is open. */
export const nicknameOf = (id: string): string | undefined =>
  personOf(id)?.nickname ?? (id === me.value?.id ? me.value.nickname : client.timeline(addresseeOf(selected.value)).lines.findLast(({ from }) => from.id === id)?.from.nickname);

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
  return { key, ...nothing, ...(peer ? { peer } : {}) };
}

const newest = (chat: Chat): number => chat.last?.at ?? (chat.key === selected.value ? Date.now() : 0);

/** The conversation that an event is in. */
export const keyOf = (event: LogEvent): ChatKey => keyOfConversation(event.conversation, peerOf(event, me.value?.id));

/** The number of unread follows from the two others. */
function put(chat: Chat): void {
  const unread = chat.room && chat.readLine < chat.lastLine ? chat.unread : Math.max(0, chat.lastLine - chat.readLine);
  chats.value = new Map(chats.value).set(chat.key, { ...chat, unread, mentions: Math.min(chat.mentions, unread) });
}

function fromSummary({ conversation, peer: person, room, unread, readLine, lastLine, mentions = 0, last, stranger, peerReadLine }: ConversationSummary): Chat {
  const read = me.value ? { unread, readLine } : { unread: 0, readLine: lastLine }; // of a guest nobody keeps how far they have read
  const key = keyOfConversation(conversation, person?.id);
  const peer = room ? { id: key, nickname: room.title, brief: room.topic } : person;
  return {
    key, ...read, ...(room ? { room } : {}), lastLine, mentions,
    ...(stranger ? { stranger } : {}), ...(peer ? { peer } : {}), ...(last ? { last: lineOfPage(last) } : {}), ...(peerReadLine === undefined ? {} : { peerReadLine }),
  };
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

/** The list's word on a conversation, and what is known to have been said and read since. */
function withNews(listed: Chat): Chat {
  const { last, lastLine, readLine, mentions: mentioned } = chatOf(listed.key);
  if (lastLine <= listed.lastLine) return { ...listed, ...(last?.line === listed.last?.line && last ? { last } : {}) };
  const read = Math.max(listed.readLine, readLine);
  return { ...listed, ...(last ? { last } : {}), lastLine, readLine: read, unread: listed.room ? listed.unread : lastLine - read, mentions: Math.max(listed.mentions, mentioned) };
}

/** The next line of a conversation. */
function hear(line: Line): void {
  const key = keyOf(line);
  const chat = chatOf(key);
  if (line.line <= chat.lastLine) return; // counted in the summary already
  heard.add(key);
  const mine = line.from.id === me.value?.id;
  const direct = key !== 'lobby' && !key.startsWith('r/');
  const peer = !direct || mine ? chat.peer : { brief: '', ...chat.peer, ...line.from };
  const stranger = direct && !mine && (chat.stranger ?? !chats.value.has(key));
  put({
    ...chat, last: line, lastLine: line.line, stranger,
    readLine: mine ? line.line : chat.readLine,
    unread: chat.unread + (mine || isSystem(line) ? 0 : 1),
    mentions: mine ? 0 : chat.mentions + (mentions(line, me.value?.id) ? 1 : 0),
    ...(peer ? { peer } : {}),
    ...(direct && !mine ? { peerReadLine: line.line } : {}),
  });
  if (isSystem(line)) followRoom(key, line);
}

// Whoever left has no business there any more; of all else that happened to a room the list tells how it is now.
function followRoom(key: ChatKey, line: Line): void {
  const member = contentOf(line, 'member');
  if (member?.user === me.value?.id && ['left', 'removed', 'banned'].includes(member!.what)) {
    const next = new Map(chats.value);
    next.delete(key);
    chats.value = next;
    if (selected.value === key) goInstead('#/lobby');
  } else {
    void client.conversations().then((list) => list.map(fromSummary).forEach((chat) => chat.key === key && put({ ...withNews(chat), ...(chat.room ? { room: chat.room } : {}) })), () => {});
  }
}

client.on('event', ({ event, line }) => {
  if (event.line !== undefined && line) return hear(line);
  const chat = chats.value.get(keyOf(event));
  if (!chat?.last) return;
  const last = fold(chat.last, event);
  if (last !== chat.last) put({ ...chat, last });
});

client.on('gap', ({ timeline, gap }) => {
  const chat = chatOf(keyOfTimeline(timeline));
  if (gap.beforeLine - 1 > chat.lastLine) put({ ...chat, lastLine: gap.beforeLine - 1 });
});

client.on('read', ({ timeline, line }) => {
  const chat = chatOf(keyOfTimeline(timeline));
  if (line <= chat.readLine) return;
  const left = timeline.lines.filter((each) => each.line > line && mentions(each, me.value?.id)).length;
  const isLoaded = (timeline.lines[0]?.line ?? Infinity) <= line + 1 && timeline.gaps.length === 0;
  put({ ...chat, readLine: line, mentions: isLoaded ? left : chat.mentions });
});

client.on('seen', ({ timeline, line }) => {
  const chat = chatOf(keyOfTimeline(timeline));
  if (line > (chat.peerReadLine ?? 0)) put({ ...chat, peerReadLine: line });
});

// The numbers of another life say nothing; the list that follows does.
client.on('epoch', () => (chats.value = new Map([['lobby', lobbyChat]])));

// Another user, or none: the list is theirs now. What a guest sees of the lobby stays.
let owner: string | null | undefined;
effect(() => {
  const user = me.value === undefined ? undefined : (me.value?.id ?? null);
  if (user === owner) return;
  if (owner) {
    const { last, lastLine } = chats.peek().get('lobby')!;
    further.value = { next: undefined, unread: 0 };
    chats.value = new Map([['lobby', { ...lobbyChat, lastLine, readLine: lastLine, ...(last ? { last } : {}) }]]);
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
  if (reading.value !== selected.value || !chat || chat.unread === 0) return;
  put({ ...chat, readLine: chat.lastLine });
  if (me.value) sayRead(chat.key);
});

// At once, for the page may be gone a moment later; but a busy conversation is read with every message: that is said once a second.
const sayEveryMs = 1_000;
const said = new Set<ChatKey>();

function sayRead(key: ChatKey): void {
  if (said.has(key)) return;
  const [user, line] = [me.value?.id, chatOf(key).readLine];
  said.add(key);
  client.read(addresseeOf(key), line).catch(() => {}); // the next one says it again
  setTimeout(() => {
    said.delete(key);
    if (me.value && (me.value.id !== user || chatOf(key).readLine > line)) sayRead(key);
  }, sayEveryMs);
}
