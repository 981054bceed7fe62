import { ImClient, ImError, openWidget, type Line, type Timeline, type User } from '@im/client';

/** Gives the token that the site's server asked for; nothing where nobody is logged in there. */
export type GetToken = () => Promise<string | null | undefined> | string | null | undefined;

/**
 * `starting`: a token is asked for. `none`: there is none, nobody is logged in at the site. `failed`: it could not be had, or changed; asked again by itself.
 * `open`: there is a session, connected or not. `ended`: it was ended on purpose.
 */
export type Phase = 'starting' | 'none' | 'failed' | 'open' | 'ended';

interface Pending {
  readonly id: string;
  readonly text: string;
}

const firstPauseMs = 2_000;
const longestPauseMs = 60_000;
const maxLines = 500;
/** Ended by somebody: asking for another session at once would undo it. What ran out or was lost is asked for anew. */
const endedOnPurpose = ['signed_out', 'administrator', 'banned', 'account_deleted'];

/** One person in one conversation: a session, had with the site's tokens again and again, and what was said. Tells `changed` of everything. */
export class Talk {
  phase: Phase = 'starting';
  me: User | undefined;
  isConnected = false;
  /** It was connected before. */
  wasConnected = false;
  /** Lines of others that nobody has seen yet. */
  unread = 0;
  pending: readonly Pending[] = [];
  /** Why the last message was not sent: a code. */
  refused: string | undefined;
  timeline: Timeline | undefined;

  readonly #server: string;
  readonly #getToken: GetToken;
  readonly #changed: () => void;
  #client: ImClient | undefined;
  #conversation = '';
  #isLooking = false;
  #pauseMs = firstPauseMs;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #life = 0;

  constructor(server: string, getToken: GetToken, changed: () => void) {
    this.#server = server;
    this.#getToken = getToken;
    this.#changed = changed;
  }

  get lines(): readonly Line[] {
    return this.timeline?.lines ?? [];
  }

  async start(): Promise<void> {
    this.stop();
    const life = ++this.#life;
    this.#set('starting');
    try {
      const token = await this.#getToken();
      if (life !== this.#life) return;
      if (!token) return this.#set('none');
      const session = await openWidget(this.#server, token);
      if (life !== this.#life) return;
      this.#open(session.conversation, new ImClient({ origin: this.#server, bearer: session.bearer }));
      this.me = session.user;
      this.#set('open');
    } catch (error) {
      if (life !== this.#life) return;
      const code = error instanceof ImError ? error.code : '';
      if (code === 'banned' || code === 'forbidden') return this.#set('ended');
      this.#set('failed');
      this.#startIn(this.#pauseMs);
      this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
    }
  }

  stop(): void {
    this.#life++;
    clearTimeout(this.#timer);
    this.#client?.disconnect();
    this.#client = undefined;
    this.isConnected = false;
  }

  /** Whether somebody sees what is new: then it is read. */
  look(isLooking: boolean): void {
    this.#isLooking = isLooking;
    if (!isLooking) return;
    this.#read();
    this.#changed();
  }

  send(text: string): void {
    const client = this.#client;
    if (!client) return;
    const id = crypto.randomUUID();
    this.refused = undefined;
    this.pending = [...this.pending, { id, text }];
    this.#changed();
    void client.send({ conversation: this.#conversation }, text, id).then(
      () => this.#settle(id),
      (error: unknown) => {
        this.refused = error instanceof ImError ? error.code : 'internal';
        this.#settle(id);
      },
    );
  }

  typing(): void {
    this.#client?.typing({ conversation: this.#conversation });
  }

  older(): Promise<void> {
    return this.timeline?.loadOlder().catch(() => {}) ?? Promise.resolve();
  }

  #open(conversation: string, client: ImClient): void {
    const isOther = conversation !== this.#conversation;
    this.#client = client;
    this.#conversation = conversation;
    if (isOther) this.unread = 0;
    const timeline = (this.timeline = client.timeline({ conversation }));
    timeline.on('change', () => {
      if (timeline.lines.length > 2 * maxLines) timeline.trim(maxLines);
      this.#changed();
    });
    client.on('event', ({ event }) => {
      if (event.line === undefined || event.kind === 'member' || event.kind === 'title' || event.from.id === this.me?.id) return;
      if (this.#isLooking) this.#read();
      else this.unread++;
      this.#changed();
    });
    client.on('conversations', (all) => {
      const own = all.find((each) => each.conversation === conversation);
      if (own && !this.#isLooking) this.unread = own.unread;
      if (own && this.#isLooking) this.#read();
      this.#changed();
    });
    client.on('state', ({ phase, endReason }) => {
      this.isConnected = phase === 'ready';
      if (this.isConnected) {
        this.wasConnected = true;
        this.#pauseMs = firstPauseMs;
        if (timeline.lines.length === 0) void this.older();
      }
      if (phase === 'closed' && client === this.#client) {
        this.#client = undefined;
        if (endReason !== undefined && endedOnPurpose.includes(endReason)) this.#set('ended');
        else this.#startIn(Math.random() * this.#pauseMs);
      }
      this.#changed();
    });
    client.connect();
  }

  #read(): void {
    this.unread = 0;
    const last = this.timeline?.lastLine;
    if (last !== undefined && last > 0) void this.#client?.read({ conversation: this.#conversation }, last).catch(() => {});
  }

  #settle(id: string): void {
    this.pending = this.pending.filter((each) => each.id !== id);
    this.#changed();
  }

  #startIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.start(), ms);
  }

  #set(phase: Phase): void {
    this.phase = phase;
    this.#changed();
  }
}
