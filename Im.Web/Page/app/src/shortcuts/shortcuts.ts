import { signal } from '@preact/signals';
import type { Dictionary } from '../language/en.ts';
import { handle } from '../messages/handles.ts';
import { addresseeOf } from '../state/addressee.ts';
import { chatList, readAfterAll } from '../state/chats.ts';
import { composing } from '../state/composing.ts';
import { client, me } from '../state/im.ts';
import { chatHref, go, selected } from '../state/route.ts';

/** The dialog that a shortcut has opened. */
export const opened = signal<'goto' | 'help' | 'search' | undefined>(undefined);

/** A Mac says ⌘ where others say Ctrl. */
export const isMac = /\bMac|iPhone|iPad/.test(navigator.platform);

type Words = Dictionary['shortcut'];

interface Shortcut {
  /** As they are shown: `Mod` is Ctrl, or ⌘. */
  readonly keys: readonly string[];
  readonly what: keyof Words;
  /** Whether this key means it. Missing: something else in the page listens to it. */
  readonly is?: (event: KeyboardEvent) => boolean;
  /** `false`: it is somebody else's after all. */
  readonly run?: (event: KeyboardEvent) => unknown;
}

const mod = (event: KeyboardEvent) => (isMac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
const modShift = (event: KeyboardEvent) => (isMac ? event.metaKey : event.ctrlKey) && event.shiftKey && !event.altKey;
const alt = (event: KeyboardEvent, shift: boolean) => event.altKey && event.shiftKey === shift && !event.ctrlKey && !event.metaKey;
const plain = (event: KeyboardEvent) => !event.ctrlKey && !event.metaKey && !event.altKey;
const isField = (target: EventTarget | null) => target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
const onLine = () => document.activeElement?.matches('[data-testid=message]') === true;

/** All of them, in the order in which they are shown. */
export const shortcuts: readonly Shortcut[] = [
  { keys: ['Mod+K'], what: 'goTo', is: (event) => mod(event) && event.key.toLowerCase() === 'k', run: () => (opened.value = 'goto') },
  { keys: ['Mod+Shift+F', '/'], what: 'search', is: (event) => (modShift(event) && event.key.toLowerCase() === 'f') || (plain(event) && event.key === '/' && !isField(event.target)), run: () => (me.value ? (opened.value = 'search') : false) },
  { keys: ['Alt+↑', 'Alt+↓'], what: 'neighbour', is: (event) => alt(event, false) && isUpOrDown(event), run: (event) => goToNeighbour(event.key) },
  { keys: ['Alt+Shift+↑', 'Alt+Shift+↓'], what: 'unread', is: (event) => alt(event, true) && isUpOrDown(event), run: (event) => goToNeighbour(event.key, true) },
  { keys: ['Mod+/', '?'], what: 'help', is: (event) => (mod(event) && event.key === '/') || (plain(event) && event.key === '?' && onLine()), run: () => (opened.value = 'help') },
  { keys: ['↑'], what: 'editLast', is: (event) => plain(event) && event.key === 'ArrowUp' && isEmptyComposer(event.target), run: () => editLast() },
  { keys: ['Esc'], what: 'escape', is: (event) => plain(event) && event.key === 'Escape', run: () => (readAfterAll(), false) },
  { keys: ['↑', '↓'], what: 'lines' },
  { keys: ['Enter'], what: 'menu' },
  { keys: ['R', 'E', '+'], what: 'reply' },
  { keys: ['C', 'L', 'U', 'Delete'], what: 'more' },
  { keys: ['Enter'], what: 'send' },
  { keys: ['Shift+Enter'], what: 'newLine' },
];

const isUpOrDown = ({ key }: KeyboardEvent) => key === 'ArrowUp' || key === 'ArrowDown';
const isEmptyComposer = (target: EventTarget | null) => target instanceof HTMLTextAreaElement && target.id === 'composer' && target.value === '' && !composing.value;

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || handle.value || document.querySelector('dialog[open]')) return;
  const shortcut = shortcuts.find(({ is }) => is?.(event));
  if (shortcut && shortcut.run?.(event) !== false) event.preventDefault();
});

/** The conversation above or below in the list, or the next one there that has something unread; from the end it goes on at the other one. */
function goToNeighbour(arrow: string, unread = false): void {
  const list = chatList.value;
  const step = arrow === 'ArrowUp' ? -1 : 1;
  const at = list.findIndex(({ key }) => key === selected.value);
  for (let i = 1; i <= list.length; i++) {
    const chat = list[(at + i * step + i * list.length) % list.length]!;
    if (!unread || chat.unread > 0) return go(chatHref(chat.key));
  }
}

/** The newest text of one's own that is loaded. */
function editLast(): unknown {
  const line = client.timeline(addresseeOf(selected.value)).lines.findLast(({ from, kind, content }) => from.id === me.value?.id && kind === 'text' && content !== undefined);
  if (!line) return false;
  return (composing.value = { mode: 'edit', line });
}
