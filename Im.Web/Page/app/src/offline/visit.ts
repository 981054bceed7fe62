import { effect, signal } from '@preact/signals';
import { addresseeOf } from '../state/addressee.ts';
import { chatList, showChats } from '../state/chats.ts';
import { client, connection, me } from '../state/im.ts';
import { selected } from '../state/route.ts';
import { VisitStore } from './VisitStore.ts';

const maxChats = 50;
const maxTimelines = 10;
const maxLines = 50;
const writeAfterMs = 1_000;

const store = new VisitStore(globalThis.caches, import.meta.url);

/** What is shown is from a visit at this time, and no node has been reached since. */
export const shownSince = signal<number | undefined>(undefined);

/** Shows what the last visit of this browser's user showed. To be called before the first connect. */
export async function restoreVisit(): Promise<void> {
  const visit = await store.read();
  if (visit) {
    client.restore(visit);
    showChats(visit.chats);
    shownSince.value = visit.at;
  }
  keepVisits();
}

function keepVisits(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing = Promise.resolve();
  const change = (action: () => Promise<void>) => void (writing = writing.then(action));
  const write = () => {
    timer = undefined;
    change(async () => {
      const list = chatList.peek();
      const keys = [selected.peek(), ...list.map(({ key }) => key).filter((key) => key !== selected.peek())];
      const visit = client.visit(keys.slice(0, maxTimelines).map(addresseeOf), maxLines);
      if (visit) await store.write({ ...visit, at: Date.now(), chats: list.slice(0, maxChats) });
    });
  };
  // What is not new is not written: without a node this is still the visit of then.
  const soon = () => connection.peek().phase === 'ready' && (timer ??= setTimeout(write, writeAfterMs));
  for (const news of ['event', 'conversations', 'read', 'seen', 'state'] as const) client.on(news, soon);
  client.on('state', ({ phase }) => phase === 'ready' && (shownSince.value = undefined));
  client.on('loggedOut', () => change(() => store.erase()));
  client.on('epoch', () => change(() => store.erase()));
  effect(() => void (chatList.value, selected.value, soon()));
  // Of a guest nothing is kept, nor for the next user.
  let owner: string | undefined;
  effect(() => {
    const id = me.value?.id;
    if (me.value !== undefined && id !== owner) {
      clearTimeout(timer);
      timer = undefined;
      if (id === undefined || owner !== undefined) change(() => store.erase());
    }
    owner = id;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden' || timer === undefined) return;
    clearTimeout(timer);
    write();
  });
}
