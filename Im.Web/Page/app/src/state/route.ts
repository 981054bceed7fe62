import { isRoom, type LogEvent } from '@im/client';
import { computed, signal } from '@preact/signals';
import { onePane, twoPanes } from '../ui/widths.ts';
import { isRoomKey, keyOfConversation } from './addressee.ts';
import { closeLayers, entry, goBack, inOrder, onStep } from './layers.ts';

/** Which pane a phone shows; wider windows show several. `people` lies over the two others. */
export type View = 'list' | 'chat' | 'people';

/** `lobby`, `r/` and the id of a room, or the id of the person one chats with. */
export type ChatKey = string;

interface Route {
  view: 'list' | 'chat';
  chat: ChatKey;
  /** A line that the address leads to. */
  line?: number;
  /** A direct conversation by its own id, as links between people name it: see `conversationLink.ts`. */
  conversation?: string;
  /** The secret of an invitation link: whoever has it is asked whether to join. */
  invitation?: string;
  /** The administrators' pages: what follows `#/admin/`. */
  admin?: readonly string[];
}

// #/lobby, #/u/<user id>, #/r/<room id>, #/c/<conversation id>, which may end with ?line=<number>; #/join/<secret>, #/list, #/admin/…
function parse(hash: string, before: ChatKey): Route {
  const [path = '', query] = hash.split('?');
  const [, first = '', second = ''] = path.split('/');
  if (first === 'list') return { view: 'list', chat: before };
  if (first === 'join' && second) return { view: 'chat', chat: before, invitation: second };
  if (first === 'admin') return { view: 'chat', chat: before, admin: path.split('/').slice(2).map(decoded) };
  const line = Number(new URLSearchParams(query).get('line'));
  const place = Number.isSafeInteger(line) && line > 0 ? { line } : {};
  if (first === 'c' && second) return { view: 'chat', chat: before, conversation: second, ...place };
  const chat = first === 'u' && second ? second : first === 'r' && second ? `r/${second}` : 'lobby';
  return { view: 'chat', chat, ...place };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed
  }
}

const route = signal(parse(location.hash, 'lobby'));

/** The pane of people lies over the conversation, where the window is too narrow for both. */
export const peopleOpen = signal(false);

export const view = computed<View>(() => (peopleOpen.value && twoPanes.value ? 'people' : route.value.view));
export const selected = computed(() => route.value.chat);
/** The conversation that a link names by its own id, until it is known whose that is. */
export const linkedConversation = computed(() => (route.value.conversation === undefined ? undefined : { id: route.value.conversation, line: route.value.line }));
/** The invitation link that the page was opened with, until it is answered. */
export const invitationLink = computed(() => route.value.invitation);
/** Where in the administrators' pages one is; undefined outside of them. */
export const adminPlace = computed(() => route.value.admin);
/** The line of the selected conversation that a link leads to; until it is gone to. */
export const linkedLine = computed(() => (route.value.conversation === undefined ? route.value.line : undefined));

export const chatHref = (key: ChatKey, line?: number): string => (key === 'lobby' || isRoomKey(key) ? `#/${key}` : `#/u/${key}`) + (line === undefined ? '' : `?line=${line}`);

/** An address of a line that means the same to everybody: a direct conversation has two people, and each calls it by the other. */
export const lineHref = ({ conversation, line }: LogEvent): string => (conversation === 'lobby' || isRoom(conversation) ? chatHref(keyOfConversation(conversation, undefined), line) : `#/c/${conversation}?line=${line}`);

/**
 * Goes to a conversation, or to the list. On a phone the list lies below every conversation: Back leads there, however many were open since, and from there out of the page.
 * Where both are shown, Back leads to the conversation before.
 */
export function go(href: string): void {
  const before = route.value;
  closeLayers();
  route.value = parse(href, before.chat);
  const { view } = route.value;
  inOrder(async () => {
    if (view === 'list' && before.view === 'chat' && entry().overList && !(await goBack(1))) return;
    if (href === location.hash) return;
    if (view === 'chat' && before.view === 'list') history.pushState({ overList: true }, '', href);
    else if (view === 'chat' && (!onePane.value || route.value.admin)) history.pushState({}, '', href);
    else history.replaceState(entry(), '', href);
  });
}

/** Without leaving a step in the browser's history: for a place that is not there any more. */
export function goInstead(href: string): void {
  closeLayers();
  route.value = parse(href, route.value.chat);
  inOrder(() => history.replaceState(entry(), '', href));
}

onStep(() => (route.value = parse(location.hash, route.value.chat)));

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="#/"]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute('href')!);
});

// Who comes by a link has the list below, too.
if (onePane.value && route.value.view === 'chat' && !entry().overList) {
  const here = location.hash || '#/lobby';
  history.replaceState({}, '', '#/list');
  history.pushState({ overList: true }, '', here);
}

/** The line has been gone to: following the same link again is to lead there again. */
export const goToChat = (key: ChatKey): void => goInstead(chatHref(key));
