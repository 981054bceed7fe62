import { newId, type ImClient, type Post } from '@im/client';
import { addresseeOf } from './addressee.ts';
import type { ChatKey } from './route.ts';
import { UnsentStore, type Unsent } from './UnsentStore.ts';

/** After so long another tab's message has lost its tab, or shares the fate of ours. Its id makes sending it from both harmless. */
const orphanedMs = 10_000;

/**
 * What the user has posted and is not in a conversation yet, of any kind: shown, kept in the store, and sent until they are acked or refused for good. Tabs share what is
 * kept: what one has written and not got rid of is taken over by the next one that opens, and by those that are open after 10 s.
 */
export class Sending {
  /** In the order in which they were written. */
  list: readonly Unsent[] = [];

  readonly #client: ImClient;
  readonly #store: UnsentStore;
  readonly #changed: () => void;
  readonly #acked = new Map<string, number>();
  readonly #unkept = new Set<string>();
  #author: string | undefined;
  #lastAt = 0;

  constructor(client: ImClient, store: UnsentStore, changed: () => void) {
    this.#client = client;
    this.#store = store;
    this.#changed = changed;
    client.on('me', (user) => this.#become(user?.id));
    client.on('loggedOut', () => store.forgetAllBut());
    client.on('event', ({ event }) => event.from.id === this.#author && this.discard(event.id));
    client.on('gap', () => this.#settle());
    client.on('epoch', () => [...this.#acked.keys()].forEach((id) => this.#done(id))); // their numbers say nothing any more
    client.on('conversations', () => this.#settle());
  }

  /** Something would be lost with this tab. */
  get isAtRisk(): boolean {
    return this.list.some((each) => this.#unkept.has(each.id));
  }

  post(chat: ChatKey, post: Post): void {
    this.#transmit({ ...post, id: newId(), chat, at: this.#now() });
  }

  /** The same id again: should it have been stored after all, it is not stored twice. */
  retry({ failure: _, ...message }: Unsent): void {
    this.#transmit({ ...message, at: this.#now() });
  }

  discard(id: string): void {
    if (!this.list.some((each) => each.id === id)) return;
    this.#store.forget(this.#author!, id);
    this.#done(id);
  }

  /** Takes over what tabs have left behind that are no longer there. */
  adopt(olderThanMs = orphanedMs): void {
    if (!this.#author) return;
    for (const each of this.#store.of(this.#author)) {
      if (each.at > Date.now() - olderThanMs || this.list.some(({ id }) => id === each.id)) continue;
      if (each.failure === undefined) this.#transmit(each);
      else this.#put(each);
    }
  }

  /** Another tab has forgotten an entry of the store: a refusal that was dismissed there needs no dismissal here. */
  forgotten(key: string | null): void {
    const entry = UnsentStore.parseKey(key);
    if (entry?.author === this.#author && this.list.some((each) => each.id === entry?.id && each.failure !== undefined)) this.#done(entry!.id);
  }

  // Two of one millisecond have an order, too.
  #now(): number {
    return (this.#lastAt = Math.max(Date.now(), this.#lastAt + 1));
  }

  #become(author: string | undefined): void {
    if (author === this.#author) return;
    this.#author = author;
    this.list = [];
    this.#acked.clear();
    this.#unkept.clear();
    if (author !== undefined) this.#store.forgetAllBut(author);
    this.adopt(-Infinity); // all, also what a clock that ran ahead dates after now, as the third of three in one millisecond is
    this.#changed();
  }

  #transmit(message: Unsent): void {
    const author = this.#author!;
    if (this.#store.keep(author, message)) this.#unkept.delete(message.id);
    else this.#unkept.add(message.id);
    this.#put(message);
    this.#client.post(addresseeOf(message.chat), message, message.id).then(
      ({ seq }) => {
        this.#store.forget(author, message.id);
        this.#acked.set(message.id, seq);
        this.#settle();
      },
      (error: unknown) => this.#fail(author, message, codeOf(error)),
    );
  }

  // What is gone from the list belonged to somebody who is not here any more: it stays in the store until they are back, unless they logged out.
  #fail(author: string, message: Unsent, failure: string): void {
    if (author !== this.#author || !this.list.some(({ id }) => id === message.id)) return;
    if (failure !== 'closed') this.#store.keep(author, { ...message, failure }); // after a reload it is sent again
    this.#put({ ...message, failure });
  }

  // An acked message is shown in its place, or belongs to what is older than what is shown; until either is so, it stays here.
  #settle(): void {
    for (const { id, chat } of this.list) {
      const seq = this.#acked.get(id);
      if (seq !== undefined && seq <= (this.#client.timeline(addresseeOf(chat)).lastSeq ?? 0)) this.#done(id);
    }
  }

  #put(message: Unsent): void {
    this.list = [...this.list.filter(({ id }) => id !== message.id), message].sort((a, b) => a.at - b.at);
    this.#changed();
  }

  #done(id: string): void {
    this.list = this.list.filter((each) => each.id !== id);
    this.#changed();
  }
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'internal';
