import type { Clock } from './clock.ts';
import type { HttpApi } from './http.ts';

/** Where a node takes connections itself, and the ticket for one. */
export interface Door {
  readonly node: string;
  readonly url: string;
  readonly connectTicket: string;
}

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/** The way to a node without the gateway: asked for before each connection, and left alone for a while when it led nowhere, each time for longer. */
export class DirectWay {
  readonly #http: HttpApi;
  readonly #clock: Clock;
  #pauseMs = firstPauseMs;
  #openAgainAt = 0;

  constructor(http: HttpApi, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /** It led nowhere the last time; undefined: it may be tried. */
  get openAgainAt(): number | undefined {
    return this.#openAgainAt > this.#clock.now() ? this.#openAgainAt : undefined;
  }

  /** undefined: by the gateway. A server that cannot say it is no reason not to connect. */
  async find(node: string | undefined, avoid: string | undefined): Promise<Door | undefined> {
    if (this.openAgainAt !== undefined) return undefined;
    const { url, connectTicket, ...said } = await this.#http.connect(node, avoid).catch(() => ({}) as Partial<Door>);
    return url && connectTicket ? { node: said.node ?? '', url, connectTicket } : undefined;
  }

  failed(): void {
    this.#openAgainAt = this.#clock.now() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }

  worked(): void {
    this.#pauseMs = firstPauseMs;
    this.#openAgainAt = 0;
  }
}
