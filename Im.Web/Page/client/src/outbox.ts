import type { Clock } from './clock.ts';
import { ImError, mayRetry } from './errors.ts';
import type { ClientFrame, ErrorFrame } from './protocol.ts';

export type Request = Extract<ClientFrame, { id: string }>;

export interface RequestOptions {
  /** Requests of one lane go out one after the other, each after the answer to the one before: that keeps their order over retries. */
  lane?: () => unknown;
  /** Ends with the connection instead of being asked again on the next one. */
  once?: boolean;
  /** The user in whose name it is made, null for a guest; see {@link Outbox.become}. */
  as?: string | null | undefined;
}

interface Entry extends RequestOptions {
  readonly request: Request;
  readonly promise: Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: ImError) => void;
  sentAt: number | undefined;
  notBefore: number;
  refusals: number;
}

const answerWithinMs = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 10_000;
const maxInternalErrors = 5;
const maxQueued = 1_000;
/** Of all conversations together; docs/protocol.md, section 5. */
const maxUnackedSends = 32;

/**
 * Requests that wait for their answer. What is not answered is asked again with the same id: after a reconnect, after 10 s of silence on a
 * living connection, and after a refusal that allows it. Ends with an answer or with an {@link ImError} that is final.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #transmit: (request: Request) => void;
  readonly #entries: Entry[] = [];
  #user: string | null = null;
  #open = false;
  #sendsOpen = false;
  /** One pause for all messages: those that were refused one by one would come back one by one. */
  #sendsNotBefore = 0;
  #timer: unknown;

  constructor(clock: Clock, transmit: (request: Request) => void) {
    this.#clock = clock;
    this.#transmit = transmit;
  }

  /** With the id of one that waits already, for the same user, it is that one. */
  add<Answer>(request: Request, options: RequestOptions = {}): Promise<Answer> {
    const waiting = this.#entries.find((entry) => entry.request.id === request.id && entry.as === options.as);
    if (waiting) return waiting.promise as Promise<Answer>;
    if (this.#entries.length >= maxQueued) return Promise.reject(new ImError('queue_full', `${maxQueued} requests are waiting already.`));
    if (options.once && !this.#open) return Promise.reject(lost());
    const { promise, resolve, reject } = newPromise<Answer>();
    const settle = { promise, resolve: resolve as (answer: unknown) => void, reject };
    this.#entries.push({ ...options, ...settle, request, sentAt: undefined, notBefore: 0, refusals: 0 });
    this.#pump();
    return promise;
  }

  /** Posts not answered yet, in order. */
  get unanswered(): readonly string[] {
    return this.#entries.filter((entry) => entry.request.type === 'post').map((entry) => entry.request.id);
  }

  /** A connection is there. Requests go out; messages wait for {@link openSends}. */
  open(): void {
    this.close();
    this.#open = true;
    this.#pump();
  }

  openSends(): void {
    this.#sendsOpen = this.#open;
    this.#pump();
  }

  close(): void {
    this.#open = this.#sendsOpen = false;
    for (const entry of [...this.#entries]) {
      entry.sentAt = undefined;
      if (entry.once) this.#remove(entry)?.reject(lost());
    }
  }

  answer(id: string, answer: unknown): void {
    this.#remove(this.#entries.find((entry) => entry.request.id === id))?.resolve(answer);
    this.#pump();
  }

  refuse(frame: ErrorFrame): void {
    const entry = this.#entries.find((candidate) => candidate.request.id === frame.id);
    if (!entry) return;
    entry.refusals++;
    if (mayRetry(frame.code, frame.retryAfterMs) && !(frame.code === 'internal' && entry.refusals >= maxInternalErrors)) {
      const backOffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (entry.refusals - 1));
      entry.sentAt = undefined;
      const notBefore = this.#clock.now() + (frame.retryAfterMs ?? backOffMs * (0.5 + this.#clock.random() / 2));
      if (entry.request.type === 'post') this.#sendsNotBefore = Math.max(this.#sendsNotBefore, notBefore);
      else entry.notBefore = notBefore;
    } else {
      this.#remove(entry)!.reject(new ImError(frame.code, frame.message, frame.retryAfterMs));
    }
    this.#pump();
  }

  /** Another user is logged in now: what the one before wrote must not go out under a new name. Where there is none, what a user wrote waits for that user. */
  become(user: string | null): void {
    this.#user = user;
    this.#failThose((entry) => entry.as !== user && user !== null);
    this.#pump();
  }

  /** The user wanted to go: what was written is not sent any more. */
  logOut(): void {
    this.#failThose((entry) => entry.as !== null);
  }

  failAll(error: ImError): void {
    for (const entry of [...this.#entries]) this.#remove(entry)?.reject(error);
  }

  #pump(): void {
    this.#clock.clearTimeout(this.#timer);
    if (!this.#open) return;
    const now = this.#clock.now();
    const taken = new Set<unknown>();
    let due = Infinity;
    let unacked = 0;
    for (const entry of this.#entries) {
      const lane = entry.lane?.();
      if (lane !== undefined && taken.has(lane)) continue;
      if (lane !== undefined) taken.add(lane);
      if (entry.request.type === 'post' && (!this.#sendsOpen || (entry.as && entry.as !== this.#user))) continue;
      const isSend = entry.request.type === 'post';
      const notBefore = isSend ? this.#sendsNotBefore : entry.notBefore;
      if (entry.sentAt !== undefined && now < entry.sentAt + answerWithinMs) {
        unacked += isSend ? 1 : 0;
        due = Math.min(due, entry.sentAt + answerWithinMs);
      } else if (now < notBefore) {
        due = Math.min(due, notBefore);
      } else if (!isSend || unacked < maxUnackedSends) {
        unacked += isSend ? 1 : 0;
        entry.sentAt = now;
        due = Math.min(due, now + answerWithinMs);
        this.#transmit(entry.request);
      }
    }
    if (due < Infinity) this.#timer = this.#clock.setTimeout(() => this.#pump(), due - now);
  }

  #failThose(which: (entry: Entry) => boolean): void {
    for (const entry of [...this.#entries])
      if (entry.as !== undefined && which(entry)) this.#remove(entry)?.reject(new ImError('not_logged_in', 'Its author is not logged in any more.'));
  }

  #remove(entry: Entry | undefined): Entry | undefined {
    const index = entry ? this.#entries.indexOf(entry) : -1;
    return index < 0 ? undefined : this.#entries.splice(index, 1)[0];
  }
}

function newPromise<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: ImError) => void;
  const promise = new Promise<Value>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

function lost(): ImError {
  return new ImError('lost', 'The connection ended before the answer came.');
}
