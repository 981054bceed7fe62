import type { Clock } from './clock.ts';
import { Emitter } from './events.ts';
import { gapBetween, leftOf, type Gap } from './gap.ts';
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
  readonly maxFillMessages: number;
  page(addressee: Addressee, request: PageRequest): Promise<HistoryPage>;
  arrived(timeline: Timeline, message: ReceivedMessage): void;
  skipped(timeline: Timeline, gap: Gap): void;
}

const pageMessages = 100;
const shownPageMessages = 50;
const maxHeld = 1_000;
const maxUnwatched = 500;
const keptUnwatched = 250;
const emptyHoleTries = 5;
const emptyHoleMs = 250;

/**
 * The loaded part of one conversation: ascending by seq, each message once, whatever order things arrive in, and without holes but for its {@link gaps}.
 * It grows at the end with what is live (`message` of the client), at the front with {@link loadOlder}, and within gaps with {@link loadGap}.
 * Whoever listens to `change` bounds it with {@link trim}; while nobody does, every 500 live messages it forgets all but the newest 250.
 */
export class Timeline extends Emitter<{ change: Timeline }> {
  addressee: Addressee;
  messages: readonly ReceivedMessage[] = [];
  /** What is missing between the first and the last of {@link messages}, ascending: what an absence left of which more came than is read by itself. */
  gaps: readonly Gap[] = [];
  hasOlder = true;

  readonly #port: TimelinePort;
  readonly #held = new Map<number, ReceivedMessage>();
  #lastSeq: number | undefined;
  #newestHeard = 0;
  #unwatched = 0;
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

  /** The text of a message was removed; the message keeps its place. */
  removeText(seq: number): void {
    const held = this.#held.get(seq);
    if (held) this.#held.set(seq, { ...held, text: '' });
    if (!this.messages.some((message) => message.seq === seq)) return;
    this.messages = this.messages.map((message) => (message.seq === seq ? { ...message, text: '' } : message));
    this.emit('change', this);
  }

  /** The conversation's newest message is `lastSeq`: starts there, or goes on from the last one received up to it. */
  async catchUp(lastSeq: number): Promise<void> {
    this.#newestHeard = Math.max(this.#newestHeard, lastSeq);
    this.#lastSeq ??= lastSeq;
    if (this.#lastSeq < this.#newestHeard) await this.#heal();
  }

  /** Reads whatever came after the last message received. */
  async readForward(): Promise<void> {
    await this.#heal();
  }

  /** Reads the page before the oldest one loaded, the newest page at first. Calls while one is under way share it. */
  loadOlder(limit = shownPageMessages): Promise<void> {
    this.#unwatched = 0; // what is read page by page is not forgotten between two
    return (this.#loading ??= this.#load(this.#loadOlder(limit)));
  }

  /** Reads a page of a gap: from its `start`, on from the messages before it, or from its `end`, back from the messages after it. */
  async loadGap(gap: Gap, side: 'start' | 'end', limit = shownPageMessages): Promise<void> {
    const page = await this.#port.page(this.addressee, side === 'start' ? { after: gap.afterSeq, limit } : { before: gap.beforeSeq, limit });
    const open = this.gaps.find((each) => (side === 'start' ? each.afterSeq === gap.afterSeq : each.beforeSeq === gap.beforeSeq));
    if (!open) return; // that side was read, or forgotten, meanwhile
    const read = page.messages.filter(({ seq }) => seq > open.afterSeq && seq < open.beforeSeq);
    const upper = this.messages.findIndex(({ seq }) => seq === open.beforeSeq);
    this.messages = [...this.messages.slice(0, upper), ...read, ...this.messages.slice(upper)];
    this.gaps = this.gaps.flatMap((each) => (each === open ? leftOf(open, read) : [each]));
    this.emit('change', this);
  }

  /** Reads the page after `seq`, older than anything loaded, such as where somebody stopped reading: what lies between is a gap. */
  async loadAfter(seq: number, limit = shownPageMessages): Promise<void> {
    while (this.#loading) await this.#loading;
    await (this.#loading = this.#load(this.#loadAfter(seq, limit)));
  }

  /** Forgets all but the newest `keep` messages, to bound memory; they can be loaded again. */
  trim(keep: number): void {
    if (this.messages.length <= keep) return;
    this.messages = this.messages.slice(-keep);
    this.gaps = this.gaps.filter((gap) => gap.afterSeq >= this.messages[0]!.seq);
    this.hasOlder = true;
    this.emit('change', this);
  }

  /** Forgets, to bound memory, what lies between the `keep` messages after `seq`, where somebody reads, and the newest `keep`: it is a gap then. */
  trimAfter(seq: number, keep: number): void {
    const from = this.messages.filter((message) => message.seq <= seq).length + keep;
    const to = this.messages.length - keep;
    if (from >= to) return;
    const [last, next] = [this.messages[from - 1]!.seq, this.messages[to]!.seq];
    this.messages = [...this.messages.slice(0, from), ...this.messages.slice(to)];
    this.gaps = [...this.gaps.filter((gap) => gap.beforeSeq <= last), ...gapBetween(last, next), ...this.gaps.filter((gap) => gap.afterSeq >= next)];
    this.emit('change', this);
  }

  // Whoever hears of the change may ask for the next page at once.
  async #load(joining: Promise<boolean>): Promise<void> {
    const joined = await joining.finally(() => (this.#loading = undefined));
    if (joined) this.emit('change', this);
  }

  async #loadOlder(limit: number): Promise<boolean> {
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
      return true;
    }
    return false;
  }

  async #loadAfter(seq: number, limit: number): Promise<boolean> {
    const page = await this.#port.page(this.addressee, { after: seq, limit });
    const first = this.messages[0]?.seq ?? 0;
    const older = page.messages.filter((message) => message.seq < first);
    if (older.length === 0) return false;
    this.messages = [...older, ...this.messages];
    this.gaps = [...gapBetween(older.at(-1)!.seq, first), ...this.gaps];
    this.hasOlder = older[0]!.seq > 1;
    return true;
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
      const missing = this.#newestHeard - from - this.#held.size;
      const page = missing > this.#port.maxFillMessages ? await this.#skip() : await this.#port.page(this.addressee, { after: from, limit: pageMessages });
      this.#newestHeard = Math.max(this.#newestHeard, page.lastSeq);
      this.#append(page.messages);
      more = page.more;
      if (this.#lastSeq! > from) emptyTries = 0;
      else if (!more && this.#lastSeq! < this.#newestHeard && !(await this.#mayAskAgain(++emptyTries))) return;
    }
  }

  // Too much to read before going on: the newest page is next, and what lies between is a gap.
  async #skip(): Promise<HistoryPage> {
    const page = await this.#port.page(this.addressee, { limit: shownPageMessages });
    const [gap] = gapBetween(this.#lastSeq!, page.messages[0]?.seq ?? 0);
    if (gap) {
      this.#lastSeq = gap.beforeSeq - 1;
      if (this.messages.length > 0) this.gaps = [...this.gaps, gap];
      else this.hasOlder = true;
      this.#port.skipped(this, gap);
    }
    return { ...page, more: false };
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
    this.#unwatched = this.hears('change') ? 0 : this.#unwatched + fresh.length;
    if (this.#unwatched < maxUnwatched) return;
    this.#unwatched = 0;
    this.trim(keptUnwatched);
  }
}

const emptyPage: HistoryPage = { conversation: '', messages: [], lastSeq: 0, more: false };
