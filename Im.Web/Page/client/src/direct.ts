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

  /** It led nowhere the last time, and is to be tried again then, which may be over; undefined: there is nothing to try again. */
  get openAgainAt(): number | undefined {
    return this.#openAgainAt || undefined;
  }

  /** undefined: by the gateway. A server that cannot say it is no reason not to connect. */
  async find(node: string | undefined, avoid: string | undefined): Promise<Door | undefined> {
    if (this.#openAgainAt > this.#clock.now()) return undefined;
    const said = await this.#http.connect(node, avoid).catch(() => undefined);
    if (said?.url && said.connectTicket) return { node: said.node ?? '', url: said.url, connectTicket: said.connectTicket };
    this.#openAgainAt = said || !this.#openAgainAt ? 0 : this.#clock.now() + this.#pauseMs;
    return undefined;
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
