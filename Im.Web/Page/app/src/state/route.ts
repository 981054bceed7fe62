import type { LogEvent } from '@im/client';
import { computed, signal } from '@preact/signals';

/** Which pane a phone shows; wider windows show several. */
export type View = 'list' | 'chat' | 'people';

/** `lobby`, or the id of the person one chats with. */
export type ChatKey = string;

interface Route {
  view: View;
  chat: ChatKey;
  /** A line that the address leads to. */
  line?: number;
  /** A direct conversation by its own id, as links between people name it: see `conversationLink.ts`. */
  conversation?: string;
}

// #/lobby, #/u/<user id>, #/c/<conversation id>, #/list, #/people; the first three may end with ?line=<number>
function parse(hash: string, before: ChatKey): Route {
  const [path = '', query] = hash.split('?');
  const [, first = '', second = ''] = path.split('/');
  if (first === 'list' || first === 'people') return { view: first, chat: before };
  const line = Number(new URLSearchParams(query).get('line'));
  const place = Number.isSafeInteger(line) && line > 0 ? { line } : {};
  if (first === 'c' && second) return { view: 'chat', chat: before, conversation: second, ...place };
  return { view: 'chat', chat: first === 'u' && second ? second : 'lobby', ...place };
}

const route = signal(parse(location.hash, 'lobby'));

addEventListener('hashchange', () => (route.value = parse(location.hash, route.value.chat)));

export const view = computed(() => route.value.view);
export const selected = computed(() => route.value.chat);
/** The conversation that a link names by its own id, until it is known whose that is. */
export const linkedConversation = computed(() => (route.value.conversation === undefined ? undefined : { id: route.value.conversation, line: route.value.line }));
/** The line of the selected conversation that a link leads to; until it is gone to. */
export const linkedLine = computed(() => (route.value.conversation === undefined ? route.value.line : undefined));

export const chatHref = (key: ChatKey, line?: number): string => (key === 'lobby' ? '#/lobby' : `#/u/${key}`) + (line === undefined ? '' : `?line=${line}`);

/** An address of a line that means the same to everybody: a direct conversation has two people, and each calls it by the other. */
export const lineHref = ({ conversation, line }: LogEvent): string => (conversation === 'lobby' ? chatHref('lobby', line) : `#/c/${conversation}?line=${line}`);

export function go(href: string): void {
  location.hash = href;
}

/** Without leaving a step in the browser's history: for a place that is not there any more. */
export function goInstead(href: string): void {
  history.replaceState(null, '', href);
  route.value = parse(href, route.value.chat);
}

/** The line has been gone to: following the same link again is to lead there again. */
export const goToChat = (key: ChatKey): void => goInstead(chatHref(key));
