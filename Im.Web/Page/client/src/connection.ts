import type { Clock } from './clock.ts';
import type { ClientFrame, Hello, LogEnd, NodeFrame } from './protocol.ts';

/** The part of the browser's WebSocket that is used; other runtimes bring their own. Its events are the standard's: `data` of a message, `code` and `reason` of a close. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export interface ConnectionListener {
  ready(connection: Connection, lobby: LogEnd): void;
  frame(connection: Connection, frame: NodeFrame): void;
  /** The node, which was asked, is slow to answer, or has answered after all. */
  doubted(connection: Connection, isDoubted: boolean): void;
  /** Said once, also when the node just fell silent: then with 1006. */
  closed(connection: Connection, code: number, reason: string): void;
}

const readyWithinMs = 10_000;
/** A dead server behind a proxy accepts and says nothing: the first tries are given up soon, and the next one meets another. One that is only slow is given more from the third on. */
const quickReadyWithinMs = 4_000;
const quickTries = 2;
const answerWithinMs = 5_000;
/** After so long without an answer people are told. */
const doubtAfterMs = 1_500;
/** More than browsers delay the timers of hidden tabs, and than a node waits for somebody silent: after a sleep of so long no connection is left. */
const goneAfterMs = 120_000;
const defaultPingSeconds = 10;

/** One WebSocket from dialling to its end: the handshake to `ready`, and pings that notice a node that is gone without saying so. */
export class Connection {
  hello: Hello | undefined;
  readyAt: number | undefined;
  /** How far the node's clock is before the device's: the device's may be days off, or be set while we are connected. */
  skewMs: number | undefined;

  /** It goes straight to a node: where nothing is heard there soon, the gateway is the way. */
  readonly isDirect: boolean;

  readonly #socket: WebSocketLike;
  readonly #clock: Clock;
  readonly #listener: ConnectionListener;
  readonly #dialledAt: number;
  readonly #readyWithinMs: number;
  #lastHeard: number;
  #pingedAt: number | undefined;
  #isDoubted = false;
  #timer: unknown;
  #ended = false;

  /** @param failures Tries before this one that came to nothing. */
  constructor(socket: WebSocketLike, clock: Clock, listener: ConnectionListener, failures = 0, isDirect = false) {
    this.isDirect = isDirect;
    this.#socket = socket;
    this.#clock = clock;
    this.#listener = listener;
    this.#dialledAt = this.#lastHeard = clock.now();
    socket.onmessage = (event: { data: unknown }) => this.#hear(event.data);
    socket.onclose = (event: { code: number; reason?: string }) => this.#end(event.code, event.reason);
    socket.onerror = unheard;
    this.#readyWithinMs = isDirect || failures < quickTries ? quickReadyWithinMs : readyWithinMs;
    this.#timer = clock.setTimeout(() => this.#abandon(), this.#readyWithinMs);
  }

  send(frame: ClientFrame): void {
    if (!this.#ended) this.#socket.send(JSON.stringify(frame));
  }

  /** Asks now whether the node is still there, after a sleep or a change of network. @param isDoubted There is a reason to think that it is not. */
  probe(isDoubted = false): void {
    if (this.readyAt !== undefined) {
      if (this.#pingedAt === undefined) this.#ping();
      if (isDoubted) this.#doubt(true);
      this.#watch();
    } else if (this.#clock.now() - this.#dialledAt >= this.#readyWithinMs) {
      this.#abandon();
    }
  }

  /** Closes in order; nothing is heard from this connection afterwards. */
  close(): void {
    this.#detach();
    this.#socket.close(1000);
  }

  #hear(data: unknown): void {
    this.#lastHeard = this.#clock.now();
    this.#pingedAt = undefined;
    this.#doubt(false);
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === 'hello' || frame.type === 'pong') this.skewMs = frame.time - this.#lastHeard;
    if (frame.type === 'hello') {
      this.hello = frame;
    } else if (frame.type === 'ready') {
      this.readyAt = this.#lastHeard;
      this.#listener.ready(this, frame.lobby);
    } else if (frame.type !== 'pong') {
      // What happens to the session between hello and `ready` makes the hello old news.
      if (frame.type === 'session' && (frame.user || frame.reason === 'logout') && this.hello) this.hello = { ...this.hello, user: frame.user ?? null };
      this.#listener.frame(this, frame);
    }
    if (this.readyAt !== undefined) this.#watch();
  }

  #watch(): void {
    if (this.#ended) return;
    const now = this.#clock.now();
    if (now - this.#lastHeard >= goneAfterMs) return this.#abandon();
    const pingAt = this.#lastHeard + (this.hello?.pingSeconds ?? defaultPingSeconds) * 1000;
    if (this.#pingedAt === undefined && pingAt <= now) this.#ping();
    if (this.#pingedAt !== undefined && now - this.#pingedAt >= answerWithinMs) return this.#abandon();
    if (this.#pingedAt !== undefined && now - this.#pingedAt >= doubtAfterMs) this.#doubt(true);
    const due = this.#pingedAt === undefined ? pingAt : this.#pingedAt + (this.#isDoubted ? answerWithinMs : doubtAfterMs);
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#watch(), due - now);
  }

  #doubt(isDoubted: boolean): void {
    if (this.#isDoubted === isDoubted) return;
    this.#isDoubted = isDoubted;
    this.#listener.doubted(this, isDoubted);
  }

  #ping(): void {
    this.#pingedAt = this.#clock.now();
    this.send({ type: 'ping' });
  }

  // The closing handshake with a hung node may take a minute: nobody waits for it.
  #abandon(): void {
    this.#socket.close();
    this.#end(1006);
  }

  #end(code: number, reason = ''): void {
    if (this.#ended) return;
    this.#detach();
    this.#listener.closed(this, code, reason);
  }

  #detach(): void {
    this.#ended = true;
    this.#clock.clearTimeout(this.#timer);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
}

// A close follows, or nobody waits for it any more. In Node an error that nobody listens to ends the program, and `ws` has one for a dial that was given up.
function unheard(): void {}

function parse(data: unknown): NodeFrame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && 'type' in frame ? (frame as NodeFrame) : undefined;
  } catch {
    return undefined;
  }
}
