import type { Clock } from './clock.ts';
import { Emitter } from './events.ts';
import type { Addressee, HistoryPage, Message, Via } from './protocol.ts';

/** `via` is there when it came live; what was read from the history has none. */
export interface ReceivedMessage extends Message {
  readonly via?: Via;
}

export interface PageRequest {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** What a timeline needs from its client. */
export interface TimelinePort {
  readonly clock: Clock;
  readonly maxCatchUpMessages: number;
  page(addressee: Addressee, request: PageRequest): Promise<HistoryPage>;
  arrived(timeline: Timeline, message: ReceivedMessage): void;
}

const pageMessages = 100;
const maxHeld = 1_000;
const emptyHoleTries = 5;
const emptyHoleMs = 250;

/**
 * The loaded part of one conversation: ascending by seq, without holes, each message once, whatever order things arrive in.
 * It grows at the end with what is live (`message` of the client) and at the front with {@link loadOlder}.
 */
export class Timeline extends Emitter<{ change: Timeline }> {
  addressee: Addressee;
  messages: readonly ReceivedMessage[] = [];
  hasOlder = true;

  readonly #port: TimelinePort;
  readonly #held = new Map<number, ReceivedMessage>();
  #lastSeq: number | undefined;
  #newestHeard = 0;
  #healing: Promise<void> | undefined;
  #loading: Promise<void> | undefined;

  constructor(addressee: Addressee, port: TimelinePort) {
    super();
    this.addressee = addressee;
    this.#port = port;
  }

  /** Everything up to here has been received or may be read with {@link loadOlder}; undefined until anything is known. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** Takes a live message; asks for what is missing before it. */
  accept(message: ReceivedMessage): void {
    this.#newestHeard = Math.max(this.#newestHeard, message.seq);
    this.#lastSeq ??= message.seq - 1;
    if (message.seq <= this.#lastSeq) return;
    if (this.#held.size < maxHeld) this.#held.set(message.seq, message);
    this.#append([]);
    if (this.#lastSeq < this.#newestHeard) void this.#heal();
  }

  /** The conversation's newest message is `lastSeq`: starts there, or reads everything from the last one received up to it. */
  async catchUp(lastSeq: number): Promise<void> {
    this.#newestHeard = Math.max(this.#newestHeard, lastSeq);
    this.#lastSeq ??= lastSeq;
    if (this.#newestHeard - this.#lastSeq > this.#port.maxCatchUpMessages) this.#startOver();
    if (this.#lastSeq < this.#newestHeard) await this.#heal();
  }

  /** Reads whatever came after the last message received. */
  async readForward(): Promise<void> {
    await this.#heal();
  }

  /** Reads the page before the oldest one loaded, the newest page at first. Calls while one is under way share it. */
  loadOlder(limit = 50): Promise<void> {
    return (this.#loading ??= this.#loadOlder(limit).finally(() => (this.#loading = undefined)));
  }

  /** Forgets all but the newest `keep` messages, to bound memory; they can be loaded again. */
  trim(keep: number): void {
    if (this.messages.length <= keep) return;
    this.messages = this.messages.slice(-keep);
    this.hasOlder = true;
    this.emit('change', this);
  }

  async #loadOlder(limit: number): Promise<void> {
    while (this.hasOlder) {
      const before = this.messages[0]?.seq ?? (this.#lastSeq === undefined ? undefined : this.#lastSeq + 1);
      const page = before === 1 ? emptyPage : await this.#port.page(this.addressee, before === undefined ? { limit } : { before, limit });
      this.#lastSeq ??= page.messages.at(-1)?.seq ?? page.lastSeq;
      // Live messages may have come since: the page joins only if it reaches up to the first of them.
      const first = this.messages[0]?.seq ?? this.#lastSeq + 1;
      const older = page.messages.filter((message) => message.seq < first);
      if (page.messages.length > 0 && page.messages.at(-1)!.seq < first - 1) continue;
      this.messages = [...older, ...this.messages];
      this.hasOlder = page.more;
      this.emit('change', this);
      return;
    }
  }

  #heal(): Promise<void> {
    return (this.#healing ??= this.#fillForward()
      .catch(() => {}) // refused for good: the next message or reconnect asks again
      .finally(() => (this.#healing = undefined)));
  }

  async #fillForward(): Promise<void> {
    let emptyTries = 0;
    let more = true;
    while (more || this.#lastSeq! < this.#newestHeard) {
      const from = this.#lastSeq!;
      const page = await this.#port.page(this.addressee, { after: from, limit: pageMessages });
      this.#append(page.messages);
      more = page.more;
      if (this.#lastSeq! > from) emptyTries = 0;
      else if (!more && this.#lastSeq! < this.#newestHeard && !(await this.#mayAskAgain(++emptyTries))) return;
    }
  }

  // The numbers have no gaps, so a hole that history does not know either is a fault elsewhere: better a hole than a conversation that stands still.
  async #mayAskAgain(tries: number): Promise<boolean> {
    if (tries < emptyHoleTries) {
      await new Promise<void>((resolve) => this.#port.clock.setTimeout(resolve, emptyHoleMs * 2 ** tries));
      return true;
    }
    const next = Math.min(...this.#held.keys());
    if (next === Infinity) {
      this.#newestHeard = this.#lastSeq!;
      return false;
    }
    this.#lastSeq = next - 1;
    this.#append([]);
    return true;
  }

  #append(page: readonly Message[]): void {
    const fresh: ReceivedMessage[] = [];
    for (const message of page) {
      if (message.seq !== this.#lastSeq! + 1) continue;
      fresh.push(this.#held.get(message.seq) ?? message);
      this.#lastSeq = message.seq;
    }
    for (let next = this.#held.get(this.#lastSeq! + 1); next; next = this.#held.get(this.#lastSeq! + 1)) {
      fresh.push(next);
      this.#lastSeq = next.seq;
    }
    for (const seq of this.#held.keys()) if (seq <= this.#lastSeq!) this.#held.delete(seq);
    if (fresh.length === 0) return;
    this.messages = [...this.messages, ...fresh];
    for (const message of fresh) this.#port.arrived(this, message);
    this.emit('change', this);
  }

  #startOver(): void {
    this.messages = [];
    this.#held.clear();
    this.#lastSeq = this.#newestHeard;
    this.hasOlder = true;
    this.emit('change', this);
  }
}

const emptyPage: HistoryPage = { conversation: '', messages: [], lastSeq: 0, more: false };
