import type { Clock } from './clock.ts';
import { ImError } from './errors.ts';
import type { HttpApi } from './http.ts';

const retryMs = 10_000;

/**
 * A program's session, instead of a cookie: a bearer token (docs/protocol.md, section 1). Give a client an empty one and log in, or one with a token that exists.
 * The client replaces `value` by a fresh one when half of its life is over.
 */
export class BearerToken {
  /** The token of now, a secret: `imt_…`. undefined before the login and after the logout. */
  value: string | undefined;

  constructor(value?: string) {
    this.value = value;
  }
}

/** Renews the token in time: an open connection does not need one, the next one does. One that is worth nothing any more is left for the next connection to find. */
export class TokenRenewal {
  readonly #clock: Clock;
  readonly #http: HttpApi;
  #dueAt: number | undefined;
  #timer: unknown;
  #stops = 0;

  constructor(clock: Clock, http: HttpApi) {
    this.#clock = clock;
    this.#http = http;
    http.tokenReceived = (expiresInSeconds) => this.#arm((this.#dueAt = clock.now() + expiresInSeconds * 500));
  }

  /** Before each connection: one that is due, or whose age nobody knows, is renewed first. */
  async ensureFresh(): Promise<void> {
    if (this.#dueAt === undefined || this.#dueAt <= this.#clock.now()) await this.#http.renewToken();
    else this.#arm(this.#dueAt);
  }

  /** A timer would keep a program from ending. */
  stop(): void {
    this.#stops++;
    this.#clock.clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => void this.#renew(), at - this.#clock.now());
  }

  async #renew(): Promise<void> {
    const stops = this.#stops;
    try {
      await this.#http.renewToken();
    } catch (error) {
      if (!(error instanceof ImError && error.code === 'not_logged_in')) this.#arm(this.#clock.now() + retryMs);
    }
    if (stops !== this.#stops) this.stop();
  }
}
