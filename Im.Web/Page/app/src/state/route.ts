import { computed, signal } from '@preact/signals';
import { onePane, twoPanes } from '../ui/widths.ts';
import { closeLayers, entry, goBack, inOrder, onStep } from './layers.ts';

/** Which pane a phone shows; wider windows show several. `people` lies over the two others. */
export type View = 'list' | 'chat' | 'people';

/** `lobby`, or the id of the person one chats with. */
export type ChatKey = string;

interface Route {
  view: 'list' | 'chat';
  chat: ChatKey;
}

// #/lobby, #/u/<user id>, #/list
function parse(hash: string, before: ChatKey): Route {
  const [, first = '', second = ''] = hash.split('/');
  if (first === 'list') return { view: 'list', chat: before };
  return { view: 'chat', chat: first === 'u' && second ? second : 'lobby' };
}

const route = signal(parse(location.hash, 'lobby'));

/** The pane of people lies over the conversation, where the window is too narrow for both. */
export const peopleOpen = signal(false);

export const view = computed<View>(() => (peopleOpen.value && twoPanes.value ? 'people' : route.value.view));
export const selected = computed(() => route.value.chat);

export const chatHref = (key: ChatKey): string => (key === 'lobby' ? '#/lobby' : `#/u/${key}`);

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
    if (view === 'list' && before.view === 'chat' && entry().overList) await goBack(1);
    if (href === location.hash) return;
    if (view === 'chat' && before.view === 'list') history.pushState({ overList: true }, '', href);
    else if (view === 'chat' && !onePane.value) history.pushState({}, '', href);
    else history.replaceState(entry(), '', href);
  });
}

/** Without leaving a step in the browser's history: for a place that is not there any more. */
export function goInstead(href: string): void {
  closeLayers();
  route.value = parse(href, route.value.chat);
  inOrder(() => history.replaceState(entry(), '', href));
}

const follow = () => (route.value = parse(location.hash, route.value.chat));
onStep(follow);
addEventListener('hashchange', () => history.state === null && follow()); // an address that was typed, or another page's link

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
