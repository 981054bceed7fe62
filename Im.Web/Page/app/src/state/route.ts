import { computed, signal } from '@preact/signals';

/** Which pane a phone shows; wider windows show several. */
export type View = 'list' | 'chat' | 'people';

/** `lobby`, `r/` and the id of a room, or the id of the person one chats with. */
export type ChatKey = string;

interface Route {
  view: View;
  chat: ChatKey;
}

// #/lobby, #/u/<user id>, #/r/<room id>, #/list, #/people
function parse(hash: string, before: ChatKey): Route {
  const [, first = '', second = ''] = hash.split('/');
  if (first === 'list' || first === 'people') return { view: first, chat: before };
  return { view: 'chat', chat: first === 'u' && second ? second : first === 'r' && second ? `r/${second}` : 'lobby' };
}

const route = signal(parse(location.hash, 'lobby'));

addEventListener('hashchange', () => (route.value = parse(location.hash, route.value.chat)));

export const view = computed(() => route.value.view);
export const selected = computed(() => route.value.chat);

export const chatHref = (key: ChatKey): string => (key === 'lobby' || key.startsWith('r/') ? `#/${key}` : `#/u/${key}`);

export function go(href: string): void {
  location.hash = href;
}

/** Without leaving a step in the browser's history: for a place that is not there any more. */
export function goInstead(href: string): void {
  history.replaceState(null, '', href);
  route.value = parse(href, route.value.chat);
}
