import { TokenRenewal } from './bearer.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { DirectWay } from './direct.ts';
import { ImError } from './errors.ts';
import { Emitter } from './events.ts';
import { takeFrame, type FramePort } from './frames.ts';
import { HttpApi, type LoginOptions } from './http.ts';
import { newId } from './ids.ts';
import type { Post } from './kinds.ts';
import { defaultMaxFillEvents, type ImClientOptions, type ImEvents } from './options.ts';
import { Outbox, type Request } from './outbox.ts';
import { nobody, withPresence, type Presence } from './presence.ts';
import type { Ack, Addressee, Content, ConversationPage, ConversationSummary, EventsPage, Hello, Limits, Line, LinesPage, LinesRequest, LogEnd, LogEvent, NodeInfo, PeoplePage, SessionFrame, User } from './protocol.ts';
import { Resumption } from './resume.ts';
import type { Files } from './files.ts';
import type { Rooms } from './rooms.ts';
import { SessionFollower } from './session.ts';
import { SleepWatch } from './sleep.ts';
import { sessionEnded, type ConnectionState, type EndReason } from './state.ts';
import { Supervisor } from './supervisor.ts';
import type { Timeline } from './timeline.ts';
import { Timelines } from './timelines.ts';
import { TypingThrottle } from './typing.ts';
import { restorable, type Visit } from './visit.ts';

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

  /** Making, finding, joining and looking after rooms. */
  get rooms(): Rooms {
    return this.http.rooms;
  }

  /** Uploading files, and where they are; one is posted as `{ kind: 'file', content }`. */
  get files(): Files {
    return this.http.files;
  }

  readonly #supervisor: Supervisor;
  readonly #outbox: Outbox;
  readonly #timelines: Timelines;
  readonly #renewal: TokenRenewal;
  readonly #session: SessionFollower;
  readonly #resumption: Resumption;
  readonly #sleep: SleepWatch;
  readonly #typing: TypingThrottle;
  readonly #clock: Clock;
  #skewMs = 0;
  #epoch: string | undefined;
  /** How far this user has read, as the server last said. */
  #read = new WeakMap<Timeline, number>();

  constructor(options: ImClientOptions = {}) {
    super();
    const clock = (this.#clock = options.clock ?? systemClock);
    const origin = options.origin ?? globalThis.location.origin;
    const http = (this.http = new HttpApi(origin, options.fetch ?? ((input, init) => fetch(input, init)), options.bearer));
    const renewal = (this.#renewal = new TokenRenewal(clock, http));
    const me = () => this.me?.id;
    const outbox = (this.#outbox = new Outbox(clock, (request) => this.#supervisor.current?.send(request)));
    const timelines = (this.#timelines = new Timelines({
      clock,
      maxFillEvents: options.maxFillEvents ?? defaultMaxFillEvents,
      lines: (addressee, request) => this.lines(addressee, request),
      events: (addressee, after, limit) => this.events(addressee, after, limit),
      arrived: (timeline, event, line) => this.#arrived(timeline, event, line),
      skipped: (timeline, gap) => this.emit('gap', { timeline, gap }),
    }));
    const frames: FramePort = {
      outbox,
      timelines,
      me,
      presence: (frame) => this.emit('presence', (this.presence = withPresence(this.presence, frame))),
      session: (frame) => this.#takeSession(frame),
      read: (timeline, line) => {
        this.#readTo(timeline, line);
        this.emit('read', { timeline, line });
      },
      unread: (timeline, line) => this.#position(timeline, line, Infinity),
      emit: (name, payload) => this.emit(name, payload),
    };
    const { bearer } = options;
    const webSocket = options.webSocket ?? ((url, _headers, protocols) => new WebSocket(url, protocols));
    this.#supervisor = new Supervisor(
      {
        origin,
        node: options.node,
        webSocket,
        ticket: bearer && !options.webSocket ? async () => (bearer.value === undefined ? undefined : http.ticket()) : undefined,
        direct: (options.direct ?? !options.webSocket) ? new DirectWay(http, clock) : undefined,
        http,
        clock,
        identify: async () => {
          if (bearer && bearer.value === undefined) return null;
          if (bearer) await renewal.ensureFresh();
          const { user, demonstration } = await http.me();
          this.emit('demonstration', demonstration);
          return user;
        },
        identifyAlways: bearer !== undefined,
      },
      {
        changed: (state) => this.emit('state', state),
        identified: (user) => this.me === undefined && this.#setMe(user),
        adopted: (connection, lobby) => this.#adopt(connection, lobby),
        frame: (frame) => takeFrame(frame, frames),
        lost: () => outbox.close(),
        ended: (closeCode, reason) => this.#ended(closeCode, reason),
      },
    );
    this.#session = new SessionFollower({
      clock,
      ticket: () => http.ticket(),
      authenticate: (ticket) => this.#request({ type: 'authenticate', ticket }, true),
      redial: () => this.#supervisor.current && void this.#supervisor.dial(),
    });
    this.#resumption = new Resumption({
      clock,
      timelines,
      outbox,
      me,
      conversations: () => this.#request<ConversationPage>({ type: 'conversations' }, true),
      listed: ({ conversations, next, unread = 0 }) => {
        this.emit('further', { next, unread: next === undefined ? 0 : Math.max(0, unread - conversations.reduce((sum, each) => sum + each.unread, 0)) });
        for (const each of conversations) this.#listed(each);
        this.emit('conversations', conversations);
      },
    });
    this.#sleep = new SleepWatch(clock, () => this.wake());
    this.#typing = new TypingThrottle(clock);
  }

  /** The servers' time, Unix milliseconds: the device's clock, corrected by what the last node said. */
  get now(): number {
    this.#skewMs = this.#supervisor.current?.skewMs ?? this.#skewMs;
    return this.#clock.now() + this.#skewMs;
  }

  get state(): ConnectionState {
    return this.#supervisor.state;
  }

  /** What the node said first on this connection: its name, the connection's id and the session's. */
  get hello(): Hello | undefined {
    return this.#supervisor.current?.hello;
  }

  /** The node asked for, which need not be the one that serves us: see `state.node`. */
  get node(): string | undefined {
    return this.#supervisor.node;
  }

  /** Connects, and stays connected until {@link disconnect} or a close code that forbids it. */
  connect(): void {
    if (this.#supervisor.isRunning) return;
    this.#sleep.start();
    void this.#supervisor.dial();
  }

  disconnect(): void {
    this.#sleep.stop();
    this.#renewal.stop();
    this.#supervisor.stop();
    this.#outbox.close();
    this.#outbox.failAll(new ImError('closed', 'The client was disconnected.'));
  }

  /** Moves this connection to another node; the old one serves until the new one is ready. */
  useNode(node: string | undefined): void {
    this.#supervisor.node = node;
    if (this.#supervisor.isRunning) void this.#supervisor.dial();
  }

  /**
   * After a change of network: tries at once where it was waiting, else asks whether the node is still there. A sleep is noticed without it, within 2 s.
   * @param isDoubted The browser says that the network is gone: `state.isDoubted` holds from now until the node answers.
   */
  wake(isDoubted = false): void {
    this.#supervisor.wake(isDoubted);
  }

  /**
   * Begins with what an earlier visit knew, before the first `connect`: for an application that keeps what it showed. What a node says then goes on from it, as after an absence:
   * another user, or none, or another life of the store, drops it.
   */
  restore({ user, epoch, timelines }: Visit): void {
    this.#epoch = epoch;
    for (const { conversation, peer, lines, lastSeq, lastLine } of timelines) this.#timelines.link(conversation, peer).restore(lines, { lastSeq, lastLine });
    this.#setMe(user);
  }

  /** For {@link restore}: what is loaded of these conversations, the newest `maxLines` of each. undefined while there is no user. */
  visit(addressees: readonly Addressee[], maxLines: number): Visit | undefined {
    if (!this.me || this.#epoch === undefined) return undefined;
    return { user: this.me, epoch: this.#epoch, timelines: addressees.flatMap((each) => restorable(this.#timelines.of(each), maxLines)) };
  }

  /** An unknown nickname joins, unless `join` is false; a known one needs its password. This connection, and the browser's other tabs, follow without reconnecting. */
  async login(nickname: string, password: string, brief?: string, options?: LoginOptions): Promise<{ user: User; created: boolean }> {
    return this.#enter(this.http.login(nickname, password, brief, options));
  }

  /** Sets a new password with a recovery code and logs in; all of the account's other sessions end. */
  recover(nickname: string, code: string, newPassword: string): Promise<{ user: User; created: boolean }> {
    return this.#enter(this.http.recover(nickname, code, newPassword));
  }

  async #enter(login: Promise<{ user: User; created: boolean }>): Promise<{ user: User; created: boolean }> {
    const answer = await this.#session.during(login);
    this.#supervisor.hasSession = true;
    if (this.#supervisor.current) await this.#session.follow();
    else if (this.#supervisor.isRunning) void this.#supervisor.dial(); // at once, and not with the cookie of before
    else this.connect();
    return answer;
  }

  /** A guest again, in every tab of this browser. */
  async logout(): Promise<void> {
    await this.http.logout();
    this.#loggedOut();
  }

  /** The account is gone, here and everywhere; this client goes on as a guest. */
  async deleteAccount(password: string, removeMessages = false): Promise<void> {
    await this.http.deleteAccount(password, removeMessages);
    this.disconnect();
    this.#supervisor.hasSession = false;
    this.#loggedOut();
    this.connect();
  }

  updateBrief(brief: string): Promise<User> {
    return this.updateProfile({ brief });
  }

  /** Uploads a picture and makes it one's own, the middle of it; null for none. `bad_request`: it is none that can be shown. */
  async updatePicture(picture: Blob | null): Promise<User> {
    const user = picture ? await this.http.people.setPicture((await this.files.upload(picture, 'picture')).file) : await this.http.people.removePicture();
    this.#setMe(user);
    return user;
  }

  /** What is left out stays; an empty `name` is none. `nickname_taken`: it is easily taken for another's nickname. */
  async updateProfile(change: { brief?: string; name?: string }): Promise<User> {
    const user = await this.http.updateProfile(change);
    this.#setMe(user);
    return user;
  }

  nodes(): Promise<NodeInfo[]> {
    return this.http.nodes();
  }

  /** Posts a text. */
  send(addressee: Addressee, text: string, id?: string): Promise<Ack> {
    return this.post(addressee, { kind: 'text', content: { text } }, id);
  }

  /**
   * Posts an event of any kind. Resolves when it is committed to disk; until then it is sent again, with the same `id`, over as many connections as it takes.
   * What is posted to one addressee keeps its order.
   */
  post(addressee: Addressee, { kind, target, content }: Post, id: string = newId()): Promise<Ack> {
    const answer = this.#outbox.add<Ack>(
      { type: 'post', id, kind, ...(target === undefined ? {} : { target }), content: content as unknown as Content, ...addressee },
      { lane: () => this.#timelines.of(addressee), as: this.me === undefined ? undefined : (this.me?.id ?? null) },
    );
    if ('user' in addressee) void answer.then((ack) => this.#timelines.link(ack.conversation, addressee.user), () => {});
    return answer;
  }

  /** Ids of posts that are neither stored nor refused yet. */
  get unsent(): readonly string[] {
    return this.#outbox.unanswered;
  }

  /** The conversation as one list; the same object for the same conversation until another user logs in. */
  timeline(addressee: Addressee): Timeline {
    return this.#timelines.of(addressee);
  }

  /** One page of lines as it is stored. {@link timeline} does the reading, joining, folding and mending itself. */
  async lines(addressee: Addressee, request: LinesRequest = {}): Promise<LinesPage> {
    const page = await this.#request<LinesPage>({ type: 'lines', ...addressee, ...request });
    if ('user' in addressee && page.conversation) this.#timelines.link(page.conversation, addressee.user);
    return page;
  }

  /** The events after one, as they are stored. */
  events(addressee: Addressee, after: number, limit?: number): Promise<EventsPage> {
    return this.#request({ type: 'events', ...addressee, after, ...(limit === undefined ? {} : { limit }) });
  }

  /** The first page of {@link conversationsPage}. */
  async conversations(): Promise<readonly ConversationSummary[]> {
    return (await this.conversationsPage()).conversations;
  }

  /** @param after The `next` of the page before. */
  async conversationsPage(after?: string): Promise<ConversationPage> {
    const page = await this.#request<ConversationPage>({ type: 'conversations', ...(after === undefined ? {} : { after }) });
    for (const each of page.conversations) this.#listed(each);
    return page;
  }

  /** Everybody who is online, page by page; {@link presence} lists a part and counts the rest. @param after The `next` of the page before. */
  people(after?: string): Promise<PeoplePage> {
    return this.#request({ type: 'people', ...(after === undefined ? {} : { after }) });
  }

  /** Everything up to `line` has been read. Where the user has put the position back on another device meanwhile, it stays there, and `unread` says so. */
  async read(addressee: Addressee, line: number): Promise<void> {
    const timeline = this.#timelines.of(addressee);
    const known = this.#read.get(timeline);
    const ack = await this.#request<Ack>({ type: 'read', line, ...(known === undefined ? {} : { known }), ...addressee });
    this.#position(timeline, ack.line ?? line);
  }

  /** `line` and what follows it are unread again, on all devices of the user: see the event `unread`. */
  async unread(addressee: Addressee, line: number): Promise<void> {
    const timeline = this.#timelines.of(addressee);
    const ack = await this.#request<Ack>({ type: 'unread', line, ...addressee });
    this.#position(timeline, ack.line ?? line - 1, Infinity);
  }

  /** Asks the nodes how an event came, where the server shows that: each that knows something is heard by the event `way`. Best effort. */
  way(addressee: Addressee, seq: number): void {
    this.#supervisor.current?.send({ type: 'way', seq, ...addressee });
  }

  /** The user is typing. May be called with every key: one in 2 s goes out. */
  typing(addressee: Addressee): void {
    if (this.#typing.maySay(this.#timelines.of(addressee))) this.#supervisor.current?.send({ type: 'typing', ...addressee });
  }

  #listed({ conversation, peer, readLine }: ConversationSummary): void {
    if (this.me) this.#position(this.#timelines.link(conversation, peer?.id), readLine);
  }

  // What is told live may be late: it never puts the position back.
  #readTo(timeline: Timeline, line: number): void {
    this.#read.set(timeline, Math.max(line, this.#read.get(timeline) ?? 0));
  }

  // It goes forward with every read; back only where the user wanted that.
  #position(timeline: Timeline, line: number, unknown = 0): void {
    const before = this.#read.get(timeline) ?? unknown;
    this.#read.set(timeline, line);
    if (line < before) this.emit('unread', { timeline, line: line + 1 });
  }

  #request<Answer>(request: WithoutId<Exclude<Request, { type: 'post' }>>, once = false): Promise<Answer> {
    return this.#outbox.add<Answer>({ ...request, id: newId() } as Request, { once });
  }

  #adopt(connection: Connection, lobby: LogEnd): void {
    const { limits, epoch } = connection.hello!;
    this.limits = limits;
    if (this.#epoch !== undefined && this.#epoch !== epoch) {
      this.#timelines.startAnew();
      this.#read = new WeakMap();
      this.emit('epoch', undefined);
    }
    this.#epoch = epoch;
    this.#setMe(connection.hello!.user ?? null);
    this.#outbox.open();
    if (!this.me) this.#session.opened();
    void this.#resumption.run(lobby, () => connection === this.#supervisor.current);
  }

  #ended(closeCode: number, reason: EndReason | undefined): void {
    this.#sleep.stop();
    this.#renewal.stop();
    this.#outbox.close();
    this.#outbox.failAll(new ImError('closed', `The node closed the connection with ${closeCode}.`));
    if (reason === 'lost') this.#setMe(null); // nobody wanted it: what is kept for the user stays kept
    else if (closeCode === sessionEnded) this.#loggedOut();
  }

  #takeSession(frame: SessionFrame): void {
    if (frame.reason === 'login') return this.#session.hint();
    if (frame.reason === 'logout') this.#loggedOut();
    else if (frame.user) this.#setMe(frame.user);
    if (frame.id !== undefined) this.#outbox.answer(frame.id, frame);
    if (frame.reason === 'authenticated') this.#supervisor.dialNextAgain();
    if (frame.reason !== 'profile') void this.#resumption.readConversations();
  }

  #arrived(timeline: Timeline, event: LogEvent, line: Line | undefined): void {
    const { conversation, seq, at } = event;
    if (event.from.id === this.me?.id && event.line !== undefined) this.#readTo(timeline, event.line);
    if (event.from.id === this.me?.id) this.#outbox.answer(event.id, { conversation, seq, at, ...(event.line === undefined ? {} : { line: event.line }) });
    this.emit('event', { timeline, event, line });
  }

  #loggedOut(): void {
    this.#renewal.stop();
    this.#outbox.logOut();
    this.emit('loggedOut', undefined);
    this.#setMe(null);
  }

  #setMe(user: User | null): void {
    const before = this.me;
    this.me = user;
    if (before?.id !== user?.id) {
      this.#outbox.become(user?.id ?? null);
      this.#read = new WeakMap();
      if (before) this.#timelines.forgetDirect();
    }
    this.emit('me', user);
  }
}

type WithoutId<Frame> = Frame extends unknown ? Omit<Frame, 'id'> : never;
