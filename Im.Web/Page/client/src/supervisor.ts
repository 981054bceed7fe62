import type { Clock } from './clock.ts';
import { Connection, type ConnectionListener, type WebSocketLike } from './connection.ts';
import type { DirectWay } from './direct.ts';
import type { ImError } from './errors.ts';
import type { HttpApi } from './http.ts';
import type { LogEnd, NodeFrame, User } from './protocol.ts';
import { mayReconnect, reconnectDelayMs } from './reconnect.ts';
import { causeOf, endReasonOf, sessionEnded, type Cause, type ConnectionState, type EndReason } from './state.ts';

export interface SupervisorListener {
  changed(state: ConnectionState): void;
  /** Whose the session is, as the page's server says before any node does. */
  identified(user: User | null): void;
  /** A connection is ready; the one before it, if there was one, is closed. */
  adopted(connection: Connection, lobby: LogEnd): void;
  frame(frame: NodeFrame): void;
  /** There is no connection now; another is being made. */
  lost(): void;
  /** There is none, and there will be none until somebody asks for it. */
  ended(closeCode: number, reason: EndReason | undefined): void;
}

export interface SupervisorOptions {
  readonly origin: string;
  readonly node: string | undefined;
  readonly webSocket: (url: string, headers: Record<string, string>, protocols: string[]) => WebSocketLike;
  /** undefined: always by the gateway. */
  readonly direct: DirectWay | undefined;
  readonly http: HttpApi;
  /** Where the WebSocket cannot send a program's headers: says at the gateway whose it is. */
  readonly ticket: (() => Promise<string | undefined>) | undefined;
  /** Whose the session is; fails with `not_logged_in` where a program's is over. */
  readonly identify: () => Promise<User | null>;
  /** A program's WebSocket cannot say why it was refused: so it is asked before each. */
  readonly identifyAlways: boolean;
  readonly clock: Clock;
}

const protocol = 'im.v2';
const ticketProtocol = 'im.ticket.';
/** What a connection that did not come about is closed with. */
const noClose = 1006;
const steadyMs = 5_000;
/** A browser drops its cookie 30 days after it was last given; asked, the page's server gives it anew once a day. */
const renewalMs = 24 * 3_600_000;

/**
 * Keeps one connection alive: dials again as the close code says, and on a move makes the new connection before it closes the old one.
 * So there are at most two: the current one, and the next one on its way to `ready`.
 */
export class Supervisor {
  state: ConnectionState = { phase: 'idle', attempt: 0 };
  current: Connection | undefined;
  node: string | undefined;

  readonly #options: SupervisorOptions;
  readonly #listener: SupervisorListener;
  #next: Connection | undefined;
  #dialling = 0;
  /** A session was asked for, and no node has seen one since: some browsers keep no cookies. */
  #askedInVain = false;
  #attempt = 0;
  #cause: Cause | undefined;
  #endReason: EndReason | undefined;
  #timer: unknown;
  #cookieAt: number | undefined;
  #renewal: unknown;
  /** The node that goes, or went without a word: another one is asked for next. */
  #gone: string | undefined;
  #directAgain: unknown;

  constructor(options: SupervisorOptions, listener: SupervisorListener) {
    this.#options = options;
    this.#listener = listener;
    this.node = options.node;
  }

  /** The browser has a session cookie, as it was said now. */
  set hasSession(has: boolean) {
    this.#cookieAt = has ? this.#options.clock.now() : undefined;
  }

  get isRunning(): boolean {
    return this.state.phase !== 'idle' && this.state.phase !== 'closed';
  }

  /** @param byChance Nothing is wrong with the connection there is: only to see whether a node can be reached without the gateway. */
  async dial(byChance = false): Promise<void> {
    const dial = ++this.#dialling;
    this.#stopTimer();
    this.#next?.close();
    this.#next = undefined;
    this.#renewInTime();
    if (!this.current) this.#setState({ phase: 'connecting' });
    // Without a cookie this tab would not hear of a login in another one.
    if (this.#cookieAt === undefined || this.#options.clock.now() - this.#cookieAt >= renewalMs || this.#options.identifyAlways) {
      const failure = await this.#identify();
      if (dial !== this.#dialling) return;
      if (failure?.code === 'not_logged_in') return this.#end(sessionEnded, 'over');
      this.hasSession = failure === undefined;
      this.#askedInVain = true;
    }
    // By chance the way is another, never the node.
    const door = await this.#options.direct?.find(...((byChance ? [this.current?.hello?.node] : this.node === this.#gone ? [undefined, this.#gone] : [this.node, this.#gone]) as [string?, string?]));
    if (dial !== this.#dialling) return;
    const socket = door && this.#open(door.url, {}, [protocol, ticketProtocol + door.connectTicket]);
    if (socket) this.#use(socket, true, byChance);
    else if (!byChance) this.#dialGateway();
    else this.#tryDirectLater();
  }

  #dialGateway(): void {
    if (this.#options.ticket) void this.#dialWithTicket(this.#options.ticket);
    else this.#openGateway([protocol]);
  }

  async #dialWithTicket(ticketOf: () => Promise<string | undefined>): Promise<void> {
    const dial = this.#dialling;
    try {
      const ticket = await ticketOf();
      if (dial === this.#dialling) this.#openGateway(ticket === undefined ? [protocol] : [protocol, ticketProtocol + ticket]);
    } catch {
      if (dial === this.#dialling) this.#dialAgain(noClose);
    }
  }

  #openGateway(protocols: string[]): void {
    const url = new URL('/ws', this.#options.origin);
    url.protocol = url.protocol.replace('http', 'ws');
    if (this.node) url.searchParams.set('node', this.node);
    this.#use(this.#options.webSocket(url.href, this.#options.http.credentials, protocols), false, false);
  }

  // A policy of the page, say, that does not know the node.
  #open(url: string, headers: Record<string, string>, protocols: string[]): WebSocketLike | undefined {
    try {
      return this.#options.webSocket(url, headers, protocols);
    } catch {
      this.#options.direct!.failed();
      return undefined;
    }
  }

  #use(socket: WebSocketLike, isDirect: boolean, byChance: boolean): void {
    const listener: ConnectionListener = {
      ready: (connection, lobby) => this.#adopt(connection, lobby),
      frame: (connection, frame) => {
        if (frame.type !== 'move') return this.#listener.frame(frame);
        this.#gone = connection.hello?.node;
        this.#dialWithin(frame.withinMs);
      },
      doubted: (connection, isDoubted) => connection === this.current && this.#setReady(connection, isDoubted),
      closed: (connection, code, reason) => {
        if (connection !== this.#next || !connection.isDirect || connection.hello) return this.#closed(connection, code, reason);
        // It led nowhere: the gateway, at once.
        this.#options.direct!.failed();
        this.#next = undefined;
        if (byChance && this.current) this.#tryDirectLater();
        else this.#dialGateway();
      },
    };
    this.#next = new Connection(socket, this.#options.clock, listener, this.#attempt, isDirect);
  }

  /** The cookie has changed: a connection on its way to `ready` was dialled with the one before. */
  dialNextAgain(): void {
    if (this.#next) void this.dial();
  }

  /** Tries at once where it was waiting, else asks whether the node is still there. */
  wake(isDoubted = false): void {
    if (this.state.phase === 'waiting') void this.dial();
    this.current?.probe(isDoubted);
    this.#next?.probe();
  }

  stop(phase: 'idle' | 'closed' = 'idle'): void {
    this.#dialling++;
    this.#stopTimer();
    this.#options.clock.clearTimeout(this.#renewal);
    this.#options.clock.clearTimeout(this.#directAgain);
    this.#next?.close();
    this.current?.close();
    this.#next = this.current = undefined;
    this.#attempt = 0;
    if (phase === 'idle') this.#cause = undefined;
    this.#setState({ phase });
  }

  #identify(): Promise<ImError | undefined> {
    return this.#options.identify().then(
      (user) => void this.#listener.identified(user),
      (error: ImError) => error,
    );
  }

  // For a tab whose connection lasts for days.
  #renewInTime(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#renewal);
    this.#renewal = clock.setTimeout(() => {
      this.#renewInTime();
      void this.#identify();
    }, renewalMs);
  }

  #adopt(connection: Connection, lobby: LogEnd): void {
    this.current?.close();
    this.current = connection;
    this.#next = undefined;
    this.#cause = undefined;
    this.#gone = undefined;
    this.#listener.adopted(connection, lobby);
    this.#setReady(connection);
    if (connection.isDirect) this.#options.direct!.worked();
    this.#tryDirectLater();
    if (connection.hello!.session) {
      this.#askedInVain = false;
    } else if (this.#cookieAt !== undefined && !this.#askedInVain) {
      this.hasSession = false; // its cookie is worth nothing any more
      void this.dial();
    }
  }

  #closed(connection: Connection, code: number, reason: string): void {
    if (connection === this.#next) {
      this.#next = undefined;
    } else {
      this.current = undefined;
      const { node } = connection.hello!;
      if (code === 1012 || (code === 1006 && node !== this.node)) this.#gone = node; // one that was asked for may be there after all
      this.#listener.lost();
      if (this.#options.clock.now() - connection.readyAt! >= steadyMs) this.#attempt = 0;
    }
    if (!mayReconnect(code)) {
      this.#end(code, reason);
    } else if (this.#next) {
      this.#setState({ phase: 'connecting' });
    } else {
      this.#dialAgain(code, connection.readyAt !== undefined);
    }
  }

  #end(code: number, reason: string): void {
    this.hasSession = false;
    this.#cause = causeOf(code);
    this.#endReason = code === sessionEnded ? endReasonOf(reason) : undefined;
    this.stop('closed');
    this.#listener.ended(code, this.#endReason);
  }

  /** @param held A connection that was `ready`: then its close says why. */
  #dialAgain(code: number, held = false): void {
    const { clock } = this.#options;
    const delayMs = reconnectDelayMs(code, ++this.#attempt, clock.random());
    this.#dialIn(delayMs);
    if (this.current) return; // the move to another node failed; this one still serves
    if (held) this.#cause = causeOf(code);
    else void this.#findCause();
    this.#setState({ phase: 'waiting', retryAt: clock.now() + delayMs });
  }

  // A failed upgrade tells a browser nothing; the page's server can.
  async #findCause(): Promise<void> {
    this.#cause ??= 'lost';
    const cause = await this.#options.http.nodes().then(
      (nodes) => (nodes.some((node) => node.live) ? 'lost' : 'no_node'),
      (error: ImError) => (error.code === 'unreachable' ? 'unreachable' : 'lost'),
    );
    const { phase, retryAt } = this.state;
    if (phase !== 'connecting' && phase !== 'waiting') return;
    this.#cause = cause;
    this.#setState(retryAt === undefined ? { phase } : { phase, retryAt });
  }

  // Where the gateway is used because a node could not be reached.
  #tryDirectLater(): void {
    const { clock, direct } = this.#options;
    clock.clearTimeout(this.#directAgain);
    const at = direct?.openAgainAt;
    if (at !== undefined) this.#directAgain = clock.setTimeout(() => this.current && !this.#next && !this.current.isDirect && void this.dial(true), Math.max(0, at - clock.now()));
  }

  #dialWithin(ms: number): void {
    this.#dialIn(this.#options.clock.random() * ms);
  }

  #dialIn(ms: number): void {
    this.#stopTimer();
    this.#timer = this.#options.clock.setTimeout(() => void this.dial(), ms);
  }

  #stopTimer(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #setReady({ hello, isDirect }: Connection, isDoubted = false): void {
    this.#setState({ phase: 'ready', node: hello!.node, ...(isDirect ? { isDirect } : {}), ...(isDoubted ? { isDoubted } : {}) });
  }

  #setState(state: Omit<ConnectionState, 'attempt' | 'cause' | 'endReason'>): void {
    const ended = this.#cause === 'signed_out' && this.#endReason ? { endReason: this.#endReason } : {};
    this.state = { ...state, attempt: this.#attempt, ...(this.#cause ? { cause: this.#cause } : {}), ...ended };
    this.#listener.changed(this.state);
  }
}
