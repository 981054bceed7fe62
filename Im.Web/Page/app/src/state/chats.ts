import { contentOf, deletedNickname, fold, isSystem, lineOfPage, mentions, peerOf, type Contents, type ConversationSummary, type Line, type LogEvent, type NotifyLevel, type Room, type User } from '@im/client';
import { computed, effect, signal } from '@preact/signals';
import { addresseeOf, isRoomKey, keyOfConversation, keyOfTimeline, roomOf } from './addressee.ts';
import { client, connection, isAdmin, me, presence } from './im.ts';
import { lookUp, meet, met } from './people.ts';
import { goInstead, selected, type ChatKey } from './route.ts';

/** One line of the list of conversations. */
export interface Chat {
  readonly key: ChatKey;
  /** A room is shown as a person is: its title for the name, its topic for the brief. */
  readonly peer?: User;
  readonly room?: Room;
  /** It was left, or one was put out of it, while it was open: it is still there to be read. */
  readonly left?: boolean;
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
  /** The conversation's own id; not there before something was said. */
  readonly id?: string;
  readonly notify?: NotifyLevel;
  readonly pinned?: boolean;
}

const nothing = { unread: 0, readLine: 0, lastLine: 0, mentions: 0 };
const lobbyChat: Chat = { key: 'lobby', id: 'lobby', ...nothing };
const chats = signal<ReadonlyMap<ChatKey, Chat>>(new Map([['lobby', lobbyChat]]));

/** The conversation at whose end somebody looks: what comes live is read as it comes. For the rest there is {@link readTo}. */
export const reading = signal<ChatKey | undefined>(undefined);

/** The open conversation, where it was marked unread and not opened anew since: that it is on the screen does not read it. */
export const keptUnread = signal<ChatKey | undefined>(undefined);
effect(() => {
  if (keptUnread.value !== selected.value) keptUnread.value = undefined;
});

/** What was kept unread is read. */
export function readAfterAll(): void {
  const key = keptUnread.value;
  keptUnread.value = undefined;
  if (key !== undefined && reading.value === key) readTo(key, chatOf(key).lastLine);
}

/** A node has said how far the user has read everywhere. */
export const listKnown = signal(false);

/** The person behind a key: as they are online now, else as last seen in the list, else as they were when they were met. */
export function personOf(key: ChatKey): User | undefined {
  return presence.value.users.find((user) => user.id === key) ?? chats.value.get(key)?.peer ?? met.value.get(key) ?? undefined;
}

/** What somebody is called, as far as it is known: who is neither online nor in the list may have written in the conversation that is open. */
export const nicknameOf = (id: string): string | undefined =>
  personOf(id)?.nickname ?? (id === me.value?.id ? me.value.nickname : client.timeline(addresseeOf(selected.value)).lines.findLast(({ from }) => from.id === id)?.from.nickname);

// Who goes offline before anything was said is in no list; nor is whoever a link leads to.
effect(() => {
  const [key, { users }] = [selected.value, presence.value];
  if (key === 'lobby' || isRoomKey(key)) return;
  const person = users.find((user) => user.id === key);
  if (person && met.peek().get(key) !== person) meet(person);
  else if (me.value && connection.value.phase === 'ready' && !personOf(key) && !met.value.has(key)) void lookUp(key);
});

/** What is on further pages of the list. */
const further = signal<{ readonly next: string | undefined; readonly unread: number }>({ next: undefined, unread: 0 });

export const hasMore = computed(() => further.value.next !== undefined);

/** The lobby first, what is pinned, then people one has written to, then strangers; each newest first. The one that is open is listed though nothing was said in it yet. */
export const chatList = computed<readonly Chat[]>(() => {
  const list = [...chats.value.values()];
  if (!chats.value.has(selected.value) && me.value && personOf(selected.value)) list.push(emptyChat(selected.value));
  return list.sort((a, b) => Number(b.key === 'lobby') - Number(a.key === 'lobby') || Number(b.pinned ?? false) - Number(a.pinned ?? false) || Number(a.stranger ?? false) - Number(b.stranger ?? false) || newest(b) - newest(a));
});

export const chatOf = (key: ChatKey): Chat => chats.value.get(key) ?? emptyChat(key);

/** A stranger's conversation that was neither answered nor accepted: listed apart, and not among what is unread. */
export const isRequest = ({ key, stranger, unread, last }: Chat): boolean => Boolean(stranger) && key !== 'lobby' && !isRoomKey(key) && (unread > 0 || last !== undefined);

/** Of what is said there one is told all, unless one has set it. */
export const levelOf = ({ key, notify }: Chat): NotifyLevel => notify ?? (key === 'lobby' || isRoomKey(key) ? 'mentions' : 'all');

export const isMuted = ({ notify }: Chat): boolean => notify === 'nothing';

const counted = (chat: Chat): number => (isRequest(chat) || isMuted(chat) ? 0 : chat.unread);

client.on('settings', ({ conversation, notify, pinned }) => {
  const chat = [...chats.value.values()].find(({ id }) => id !== undefined && id === conversation);
  if (!chat) return;
  const { notify: _, pinned: __, ...rest } = chat;
  put({ ...rest, ...(notify && notify !== 'default' ? { notify } : {}), ...(pinned ? { pinned } : {}) });
});

export const unreadTotal = computed(() => [...chats.value.values()].reduce((sum, chat) => sum + counted(chat), further.value.unread));

/** The request was accepted, or declined, on whichever device. */
export function answered(key: ChatKey, accepted: boolean): void {
  const chat = chats.value.get(key);
  if (!chat?.stranger) return;
  if (accepted) return put({ ...chat, stranger: false });
  if (key === selected.value) goInstead('#/lobby');
  drop([key]);
}

function emptyChat(key: ChatKey): Chat {
  const peer = personOf(key);
  return { key, ...nothing, ...(peer ? { peer } : {}) };
}

const newest = (chat: Chat): number => chat.last?.at ?? (chat.key === selected.value ? client.now : 0);

/** The conversation that an event is in. */
export const keyOf = (event: LogEvent): ChatKey => keyOfConversation(event.conversation, peerOf(event, me.value?.id));

/** The number of unread follows from the two others; in a room they are its upper bound, for not every line there counts. */
function put(chat: Chat): void {
  const between = Math.max(0, chat.lastLine - chat.readLine);
  const unread = isRoomKey(chat.key) ? Math.min(chat.unread, between) : between;
  chats.value = new Map(chats.value).set(chat.key, { ...chat, unread, mentions: Math.min(chat.mentions, unread) });
}

function fromSummary({ conversation, peer: person, room, unread, readLine, lastLine, mentions = 0, last, stranger, peerReadLine, notify, pinned }: ConversationSummary): Chat {
  const read = me.value ? { unread, readLine } : { unread: 0, readLine: lastLine }; // of a guest nobody keeps how far they have read
  const key = keyOfConversation(conversation, person?.id);
  const peer = room ? { id: key, nickname: room.title, brief: room.topic } : person;
  return {
    key, id: conversation, ...read, ...(room ? { room } : {}), lastLine, mentions, ...(notify ? { notify } : {}), ...(pinned ? { pinned } : {}),
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
  if (!hasMore.value) for (const [key, chat] of chats.value) if (key !== 'lobby' && !heard.has(key)) isRoomKey(key) && key === selected.value ? next.set(key, { ...chat, left: true }) : next.delete(key);
  for (const chat of listed) next.set(chat.key, withNews(chat));
  chats.value = next;
  heard.clear();
  listKnown.value = true;
  if (hasMore.value) take(further.value.next, [...next.values()].filter(({ key }) => !listed.some((chat) => chat.key === key)));
});

/** Those are in the list now, and no longer among what is unread elsewhere. */
function take(next: string | undefined, chatsTaken: readonly Chat[]): void {
  further.value = { next, unread: next === undefined ? 0 : Math.max(0, further.value.unread - chatsTaken.reduce((sum, chat) => sum + counted(chat), 0)) };
}

let loading = false;

/** Begins with a list as it was in an earlier visit. */
export const showChats = (list: readonly Chat[]): void => void (chats.value = new Map([lobbyChat, ...list].map((chat) => [chat.key, chat])));

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
  return { ...listed, ...(last ? { last } : {}), lastLine, readLine: read, unread: listed.room ? Math.min(listed.unread + lastLine - listed.lastLine, lastLine - read) : lastLine - read, mentions: Math.max(listed.mentions, mentioned) };
}

/** The next line of a conversation. */
function hear(line: Line): void {
  const key = keyOf(line);
  const chat = chatOf(key);
  if (line.line <= chat.lastLine) return; // counted in the summary already
  heard.add(key);
  const mine = line.from.id === me.value?.id;
  if (mine && key === keptUnread.value) readAfterAll();
  const isRead = mine || (reading.value === key && keptUnread.value !== key && line.via !== undefined);
  const direct = key !== 'lobby' && !isRoomKey(key);
  const peer = !direct || mine ? chat.peer : { brief: '', ...chat.peer, ...line.from };
  const stranger = direct && !mine && (chat.stranger ?? !chats.value.has(key));
  put({
    ...chat, id: line.conversation, last: line, lastLine: line.line, stranger,
    readLine: isRead ? line.line : chat.readLine,
    unread: chat.unread + (isSystem(line) ? 0 : 1),
    mentions: isRead ? 0 : chat.mentions + (mentions(line, me.value?.id) ? 1 : 0),
    ...(peer ? { peer } : {}),
    ...(direct && !mine ? { peerReadLine: line.line } : {}),
  });
  if (isRead && !mine) sayRead(key);
  if (isSystem(line)) followRoom(key, line);
}

const goings: readonly string[] = ['left', 'removed', 'banned'];

// A room is what its lines say. Only what it is for who has just come is asked for.
function followRoom(key: ChatKey, line: Line): void {
  const [member, title, { room }] = [contentOf(line, 'member'), contentOf(line, 'title'), chatOf(key)];
  const isMine = member !== undefined && member.user === me.value?.id && member.what !== 'invited' && member.what !== 'unbanned';
  if (isMine && goings.includes(member.what)) leaveRoom(key);
  else if (!room || isMine) void client.rooms.get(roomOf(key)).then(takeRoom, () => {}); // who is gone again has no use for it
  else if (title) takeRoom(withTitle(room, title));
}

// Of a picture that was removed the version is empty.
function withTitle({ picture: before, ...room }: Room, { picture = before, ...title }: Contents['title']): Room {
  return { ...room, ...title, ...(picture ? { picture } : {}) };
}

/** A room that one is in, as it is now. */
export function takeRoom(room: Room): void {
  const key = keyOfConversation(room.conversation, undefined);
  if (room.role) put({ ...chatOf(key), id: room.conversation, room, peer: { id: key, nickname: room.title, brief: room.topic }, left: false });
}

/** One is in it no more. What is open stays so: it may still be read. */
export function leaveRoom(key: ChatKey): void {
  if (key === selected.value) return put({ ...chatOf(key), left: true, readLine: chatOf(key).lastLine });
  drop([key]);
}

function drop(keys: readonly ChatKey[]): void {
  if (keys.length > 0) chats.value = new Map([...chats.value].filter(([key]) => !keys.includes(key)));
}

effect(() => {
  const open = selected.value;
  drop([...chats.peek().values()].flatMap(({ key, left }) => (left && key !== open ? key : [])));
});

/** Whether one may write there, as far as one knows. */
export const mayWrite = ({ left, room }: Chat): boolean => Boolean(me.value) && !left && !room?.archived;

/** May recall what others wrote in it. */
export const looksAfter = ({ key, room }: Chat): boolean => (isRoomKey(key) ? room?.role === 'administrator' || room?.role === 'owner' : isAdmin.value);

client.on('event', ({ event, line }) => {
  if (event.line !== undefined && line) return hear(line);
  const chat = chats.value.get(keyOf(event));
  if (event.kind === 'erasure' && chat?.peer && chat.peer.id === event.content?.['user']) return put({ ...chat, peer: { ...chat.peer, nickname: deletedNickname, brief: '' }, ...(chat.last ? { last: fold(chat.last, event) } : {}) });
  if (!chat?.last) return;
  const last = fold(chat.last, event);
  if (last !== chat.last) put({ ...chat, last });
});

client.on('gap', ({ timeline, gap }) => {
  const chat = chatOf(keyOfTimeline(timeline));
  if (gap.beforeLine - 1 > chat.lastLine) put({ ...chat, lastLine: gap.beforeLine - 1 });
});

client.on('read', ({ timeline, line }) => markRead(keyOfTimeline(timeline), line));

const countAfter = (lines: readonly Line[], after: number): number => lines.filter((each) => each.line > after && !isSystem(each)).length;

/** @returns whether that is news. */
function markRead(key: ChatKey, line: number): boolean {
  const chat = chatOf(key);
  if (line <= chat.readLine) return false;
  const timeline = client.timeline(addresseeOf(key));
  const left = chat.mentions === 0 ? 0 : timeline.lines.filter((each) => each.line > line && mentions(each, me.value?.id)).length;
  const isLoaded = (timeline.lines[0]?.line ?? Infinity) <= line + 1 && timeline.gaps.length === 0;
  put({ ...chat, readLine: line, unread: isLoaded ? countAfter(timeline.lines, line) : chat.unread, mentions: isLoaded ? left : chat.mentions });
  return true;
}

/** Everything up to this line has been on the screen, with somebody looking at it. */
export function readTo(key: ChatKey, line: number): void {
  if (keptUnread.value !== key && chatOf(key).unread > 0 && markRead(key, line)) sayRead(key);
}

client.on('unread', ({ timeline, line }) => {
  const key = keyOfTimeline(timeline);
  if (key === selected.value) keptUnread.value = key;
  const named = timeline.lines.filter((each) => each.line >= line && mentions(each, me.value?.id)).length;
  put({ ...chatOf(key), readLine: line - 1, unread: countAfter(timeline.lines, line - 1), mentions: named });
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
  listKnown.value = false;
  if (owner) {
    const { last, lastLine } = chats.peek().get('lobby')!;
    further.value = { next: undefined, unread: 0 };
    chats.value = new Map([['lobby', { ...lobbyChat, lastLine, readLine: lastLine, ...(last ? { last } : {}) }]]);
  }
  owner = user;
});

// What one logs out of is left. A guest who has the link of a person keeps it: it opens after the login.
client.on('loggedOut', () => goInstead('#/lobby'));
effect(() => {
  if (me.value && selected.value === me.value.id) goInstead('#/lobby');
});

// At once, for the page may be gone a moment later; but a busy conversation is read with every message: that is said once a second.
const sayEveryMs = 1_000;
const said = new Set<ChatKey>();

function sayRead(key: ChatKey): void {
  if (!me.value || said.has(key)) return;
  const [user, line] = [me.value?.id, chatOf(key).readLine];
  said.add(key);
  client.read(addresseeOf(key), line).catch(() => {}); // the next one says it again
  setTimeout(() => {
    said.delete(key);
    if (me.value && (me.value.id !== user || chatOf(key).readLine > line)) sayRead(key);
  }, sayEveryMs);
}
