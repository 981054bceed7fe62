import { ImClient, type ConnectionState, type Demonstration, type Presence, type User } from '@im/client';
import { computed, signal } from '@preact/signals';
import { store, stored } from '../settings/stored.ts';

const asked = new URLSearchParams(location.search).get('node');

export const client = new ImClient(asked ? { node: asked } : {});

/** undefined until the first node said who we are; null is a guest. */
export const me = signal<User | null | undefined>(undefined);
/** May recall what others wrote, and speak to all in the lobby. */
export const isAdmin = computed(() => me.value?.admin === true);
export const connection = signal<ConnectionState>(client.state);
export const presence = signal<Presence>(client.presence);
/** A node has said how things are; before, that nobody is online and nothing was said is not to be claimed. */
export const known = signal(false);
export const askedNode = signal<string | undefined>(client.node);
/** A time of the device's clock as the servers' clocks have it. */
export const byServersClock = (at: number): number => at + client.now - Date.now();
export const networkIsUp = signal(navigator.onLine);

const demonstrationKey = 'im.demonstration';

/** The server shows how messages travel. Until it has said so, as it was the last time: nothing jumps when it says it again. */
export const demonstration = signal<Demonstration | undefined>(stored('local', demonstrationKey) ? {} : undefined);

client.on('demonstration', (shown) => {
  demonstration.value = shown;
  store('local', demonstrationKey, shown ? 'on' : null);
});
client.on('me', (user) => (me.value = user));
client.on('state', (state) => {
  connection.value = state;
  known.value ||= state.phase === 'ready';
});
client.on('presence', (now) => (presence.value = now));

/** Moves this tab to a node, and keeps it there over reloads. */
export function useNode(node: string | undefined): void {
  const url = new URL(location.href);
  if (node === undefined) url.searchParams.delete('node');
  else url.searchParams.set('node', node);
  history.replaceState(history.state, '', url);
  askedNode.value = node;
  client.useNode(node);
}

export function nodeHref(node: string): string {
  const url = new URL(location.href);
  url.searchParams.set('node', node);
  return url.href;
}

const wake = () => {
  networkIsUp.value = navigator.onLine;
  if (document.visibilityState === 'visible' || !navigator.onLine) client.wake(!navigator.onLine);
};
addEventListener('online', wake);
addEventListener('offline', wake);
addEventListener('pageshow', wake);
document.addEventListener('visibilitychange', wake);
