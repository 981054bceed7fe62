import { systemClock, type Clock } from './clock.ts';
import type { Connection, WebSocketLike } from './connection.ts';
import { ImError } from './errors.ts';
import { Emitter } from './events.ts';
import { HttpApi } from './http.ts';
import { Outbox, type Request } from './outbox.ts';
import { nobody, withPresence, type Presence } from './presence.ts';
import type { Ack, Addressee, ConversationSummary, HistoryPage, Limits, NodeFrame, NodeInfo, Sender, SessionFrame, User } from './protocol.ts';
import type { ConnectionState } from './state.ts';
import { Supervisor } from './supervisor.ts';
import type { PageRequest, ReceivedMessage, Timeline } from './timeline.ts';
import { lobby, Timelines } from './timelines.ts';

export interface ImClientOptions {
  /** Where Im is served, such as `https://chat.example`; the page's own origin by default. */
  origin?: string;
  /** The node to ask for; any live one by default. */
  node?: string;
  /** After an absence in which more than this many messages of one conversation came, its timeline starts over at the newest. Default: no limit. */
  maxCatchUpMessages?: number;
  fetch?: typeof fetch;
  webSocket?: (url: string) => WebSocketLike;
  clock?: Clock;
}

export interface ImEvents {
  state: ConnectionState;
  /** Who this client is: null is a guest. Also when the own brief changed. */
  me: User | null;
  presence: Presence;
  /** A new message of any conversation: per conversation in order, each once. */
  message: { timeline: Timeline; message: ReceivedMessage };
  /** The user's conversations (the lobby alone for a guest), after every connect, login and logout. */
  conversations: readonly ConversationSummary[];
  /** Read up to `seq`, in another window of this user. */
  read: { timeline: Timeline; seq: number };
  /** Somebody is typing; true for 5 s. */
  typing: { timeline: Timeline; from: Sender };
  /** A complaint of the node that answers no request of ours. */
  refused: ImError;
}

const typingEveryMs = 2_000;
const healBeforeSendMs = 3_000;
const conversationsListed = 100;
const ticketTries = 4;
const ticketRetryMs = 100;

/**
 * A connection to Im that mends itself. See the README beside this for how to use it, and docs/protocol.md for what it speaks.
 * Methods that ask a node keep asking over reconnects until there is an answer; they fail with an {@link ImError} that is final.
 */
export class ImClient extends Emitter<ImEvents> {
  readonly http: HttpApi;
  /** undefined until the first node said who we are. */
  me: User | null | undefined;
  presence: Presence = nobody;
  limits: Limits | undefined;

  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  readonly #outbox: Outbox;
  readonly #timelines: Timelines;
  readonly #typedAt = new Map<Timeline, number>();
  #loggingIn = false;
  #following: Promise<void> | undefined;
  #followAgain = false;

  constructor(options: ImClientOptions = {}) {
    super();
    this.#clock = options.clock ?? systemClock;
    const origin = options.origin ?? globalThis.location.origin;
    this.http = new HttpApi(origin, options.fetch ?? ((input, init) => fetch(input, init)));
    this.#supervisor = new Supervisor(
      {
        origin,
        node: options.node,
        webSocket: options.webSocket ?? ((url) => new WebSocket(url, 'im.v1') as WebSocketLike),
        http: this.http,
        clock: this.#clock,
      },
      {
        changed: (state) => this.emit('state', state),
        adopted: (connection, lobbyLastSeq) => this.#adopt(connection, lobbyLastSeq),
        frame: (frame) => this.#take(frame),
        lost: () => this.#outbox.close(),
        ended: (closeCode) => this.#ended(closeCode),
      },
    );
    this.#outbox = new Outbox(this.#clock, (request) => this.#supervisor.current?.send(request));
    this.#timelines = new Timelines({
      clock: this.#clock,
      maxCatchUpMessages: options.maxCatchUpMessages ?? Infinity,
      page: (addressee, request) => this.history(addressee, request),
      arrived: (timeline, message) => this.#arrived(timeline, message),
    });
  }

  get state(): ConnectionState {
    return this.#supervisor.state;
  }

  /** The node asked for, which need not be the one that serves us: see `state.node`. */
  get node(): string | undefined {
    return this.#supervisor.node;
  }

  /** Connects, and stays connected until {@link disconnect} or a close code that forbids it. */
  connect(): void {
    if (!this.#supervisor.isRunning) void this.#supervisor.dial();
  }

  disconnect(): void {
    this.#supervisor.stop();
    this.#outbox.close();
    this.#outbox.failAll(new ImError('closed', 'The client was disconnected.'));
  }

  /** Moves this connection to another node; the old one serves until the new one is ready. */
  useNode(node: string | undefined): void {
    this.#supervisor.node = node;
    if (this.#supervisor.isRunning) void this.#supervisor.dial();
  }

  /** After a sleep or a change of network: tries at once where it was waiting, else asks whether the node is still there. */
  wake(): void {
    if (this.state.phase === 'waiting') void this.#supervisor.dial();
    else this.#supervisor.current?.probe();
  }

  /** An unknown nickname joins, a known one needs its password. This connection, and the browser's other tabs, follow without reconnecting. */
  async login(nickname: string, password: string, brief?: string): Promise<{ user: User; created: boolean }> {
    this.#loggingIn = true;
    const answer = await this.http.login(nickname, password, brief).finally(() => (this.#loggingIn = false));
    this.#supervisor.hasSession = true;
    if (this.#supervisor.current) await this.#follow();
    else this.connect();
    return answer;
  }

  /** A guest again, in every tab of this browser. */
  async logout(): Promise<void> {
    await this.http.logout();
    this.#setMe(null);
  }

  async updateBrief(brief: string): Promise<User> {
    const user = await this.http.updateBrief(brief);
    this.#setMe(user);
    return user;
  }

  nodes(): Promise<NodeInfo[]> {
    return this.http.nodes();
  }

  /**
   * Sends a message. Resolves when it is committed to disk; until then it is sent again, with the same `id`, over as many connections as it takes.
   * Messages to one addressee keep their order.
   */
  send(addressee: Addressee, text: string, id: string = newId()): Promise<Ack> {
    const answer = this.#outbox.add<Ack>(
      { type: 'send', id, text, ...addressee },
      { lane: () => this.#timelines.of(addressee), as: this.me === undefined ? undefined : (this.me?.id ?? null) },
    );
    if ('user' in addressee) void answer.then((ack) => this.#timelines.link(ack.conversation, addressee.user), () => {});
    return answer;
  }

  /** Ids of messages that are neither stored nor refused yet. */
  get unsent(): readonly string[] {
    return this.#outbox.unanswered;
  }

  /** The conversation as one list; the same object for the same conversation until another user logs in. */
  timeline(addressee: Addressee): Timeline {
    return this.#timelines.of(addressee);
  }

  /** One page as it is stored. {@link timeline} does the reading, joining and mending itself. */
  async history(addressee: Addressee, request: Partial<PageRequest> = {}): Promise<HistoryPage> {
    const page = await this.#request<HistoryPage>({ type: 'history', ...addressee, ...request });
    if ('user' in addressee && page.conversation) this.#timelines.link(page.conversation, addressee.user);
    return page;
  }

  async conversations(): Promise<readonly ConversationSummary[]> {
    return (await this.#request<{ conversations: readonly ConversationSummary[] }>({ type: 'conversations' })).conversations;
  }

  /** Everything up to `seq` has been read. */
  async read(addressee: Addressee, seq: number): Promise<void> {
    await this.#request({ type: 'read', seq, ...addressee });
  }

  /** The user is typing. May be called with every key: one in 2 s goes out. */
  typing(addressee: Addressee): void {
    const timeline = this.#timelines.of(addressee);
    const now = this.#clock.now();
    if (now - (this.#typedAt.get(timeline) ?? -Infinity) < typingEveryMs) return;
    this.#typedAt.set(timeline, now);
    this.#supervisor.current?.send({ type: 'typing', ...addressee });
  }

  #request<Answer>(request: WithoutId<Exclude<Request, { type: 'send' }>>, once = false): Promise<Answer> {
    return this.#outbox.add<Answer>({ ...request, id: newId() } as Request, { once });
  }

  #adopt(connection: Connection, lobbyLastSeq: number): void {
    this.limits = connection.hello!.limits;
    this.#setMe(connection.hello!.user ?? null);
    this.#outbox.open();
    void this.#synchronise(connection, lobbyLastSeq);
  }

  #ended(closeCode: number): void {
    this.#outbox.close();
    this.#outbox.failAll(new ImError('closed', `The node closed the connection with ${closeCode}.`));
    if (closeCode === 4401) this.#setMe(null);
  }

  // What was missed first, then what was not answered: a message of ours that was stored after all needs no second sending.
  async #synchronise(connection: Connection, lobbyLastSeq: number): Promise<void> {
    const healed = Promise.all([this.#timelines.of(lobby).catchUp(lobbyLastSeq), this.#refreshConversations()]);
    await Promise.race([healed, new Promise<void>((resolve) => this.#clock.setTimeout(resolve, healBeforeSendMs))]);
    if (connection === this.#supervisor.current) this.#outbox.openSends();
  }

  async #refreshConversations(): Promise<void> {
    const asked = this.me?.id;
    try {
      const { conversations } = await this.#request<{ conversations: readonly ConversationSummary[] }>({ type: 'conversations' }, true);
      if (this.me?.id !== asked) return;
      const healed = this.#timelines.catchUp(conversations, conversations.length < conversationsListed);
      this.emit('conversations', conversations);
      await healed;
    } catch {
      // The connection ended: the next one asks again.
    }
  }

  #take(frame: NodeFrame): void {
    switch (frame.type) {
      case 'message': {
        const { type: _, ...message } = frame;
        this.#timelines.accept(message, this.me?.id);
        break;
      }
      case 'ack':
      case 'history':
      case 'conversations':
        this.#outbox.answer(frame.id, frame);
        break;
      case 'error':
        if (frame.id === undefined) this.emit('refused', new ImError(frame.code, frame.message, frame.retryAfterMs));
        else this.#outbox.refuse(frame);
        break;
      case 'presence':
        this.presence = withPresence(this.presence, frame);
        this.emit('presence', this.presence);
        break;
      case 'session':
        this.#takeSession(frame);
        break;
      case 'read': {
        const timeline = this.#timelines.find(frame.conversation);
        if (timeline) this.emit('read', { timeline, seq: frame.seq });
        break;
      }
      case 'typing': {
        if (frame.from.id === this.me?.id) break;
        const timeline = this.#timelines.link(frame.conversation, frame.from.id);
        this.emit('typing', { timeline, from: frame.from });
        break;
      }
    }
  }

  #takeSession(frame: SessionFrame): void {
    if (frame.reason === 'login') {
      if (!this.#loggingIn) void this.#follow(); // our own login follows itself, when it has the cookie
      return;
    }
    if (frame.reason === 'logout') this.#setMe(null);
    else if (frame.user) this.#setMe(frame.user);
    if (frame.id !== undefined) this.#outbox.answer(frame.id, frame);
    if (frame.reason !== 'profile') void this.#refreshConversations();
  }

  // Becomes the user whom the browser's cookie names. A hint that comes meanwhile may mean yet another user, so it is followed after.
  #follow(): Promise<void> {
    this.#followAgain = this.#following !== undefined;
    return (this.#following ??= this.#authenticate().finally(() => {
      this.#following = undefined;
      if (this.#followAgain) void this.#follow();
    }));
  }

  async #authenticate(): Promise<void> {
    try {
      const ticket = await this.#ticket();
      await this.#request({ type: 'authenticate', ticket }, true);
    } catch (error) {
      // Logged out again meanwhile, or the connection ended: the next one has the cookie. Else a new connection does the same.
      if (error instanceof ImError && (error.code === 'not_logged_in' || error.code === 'lost')) return;
      if (this.#supervisor.current) void this.#supervisor.dial();
    }
  }

  // The hint of another tab's login may be here before the browser has that login's cookie.
  async #ticket(): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.http.ticket();
      } catch (error) {
        if (!(error instanceof ImError && error.code === 'not_logged_in') || tries === ticketTries) throw error;
        await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, ticketRetryMs * 2 ** tries));
      }
    }
  }

  #arrived(timeline: Timeline, message: ReceivedMessage): void {
    if (message.from.id === this.me?.id) this.#outbox.answer(message.id, { conversation: message.conversation, seq: message.seq, at: message.at });
    this.emit('message', { timeline, message });
  }

  #setMe(user: User | null): void {
    const before = this.me;
    this.me = user;
    if (before?.id !== user?.id) {
      this.#outbox.failOthers(user?.id ?? null);
      if (before) this.#timelines.forgetDirect();
    }
    this.emit('me', user);
  }
}

type WithoutId<Frame> = Frame extends unknown ? Omit<Frame, 'id'> : never;

/** A new client message id. */
export function newId(): string {
  return globalThis.crypto.randomUUID?.() ?? uuidOf(globalThis.crypto.getRandomValues(new Uint8Array(16)));
}

// randomUUID is missing where the page is served over plain http from another host than localhost.
function uuidOf(bytes: Uint8Array): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
