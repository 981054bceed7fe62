import type { Clock } from './clock.ts';
import { ImError } from './errors.ts';

/** What a session needs from its client. */
export interface SessionPort {
  readonly clock: Clock;
  ticket(): Promise<string>;
  /** Makes the open connection the user's whose ticket it is. */
  authenticate(ticket: string): Promise<unknown>;
  /** A new connection, with the cookie of now, where there is one. */
  redial(): void;
}

const ticketTries = 4;
const ticketRetryMs = 100;

/** Keeps the open connection in step with the browser's cookie: after a login, here or in another tab, it becomes that user's without reconnecting. */
export class SessionFollower {
  readonly #port: SessionPort;
  #loggingIn = false;
  #following: Promise<void> | undefined;
  #followAgain = false;
  #missed = false;

  constructor(port: SessionPort) {
    this.#port = port;
  }

  /** While our own login is under way, hints are not followed: it follows itself, when it has the cookie. */
  async during<Answer>(login: Promise<Answer>): Promise<Answer> {
    this.#loggingIn = true;
    return login.finally(() => (this.#loggingIn = false));
  }

  /** The node says that the browser has another cookie now. */
  hint(): void {
    if (!this.#loggingIn) void this.follow();
  }

  /** Becomes the user whom the cookie names. A hint that comes meanwhile may mean yet another user, so it is followed after. */
  follow(): Promise<void> {
    this.#followAgain = this.#following !== undefined;
    return (this.#following ??= this.#authenticate().finally(() => {
      this.#following = undefined;
      if (this.#followAgain) void this.follow();
    }));
  }

  /** A guest's connection is there: one dialled with the cookie of before, where a login was missed or is being followed. */
  opened(): void {
    if (this.#missed || this.#following) void this.follow();
  }

  async #authenticate(): Promise<void> {
    this.#missed = false;
    try {
      await this.#port.authenticate(await this.#ticket());
    } catch (error) {
      const code = error instanceof ImError ? error.code : undefined;
      if (code === 'not_logged_in') return; // logged out again meanwhile
      this.#missed = true;
      if (code !== 'lost') this.#port.redial(); // a new connection does the same
    }
  }

  // The hint of another tab's login may be here before the browser has that login's cookie.
  async #ticket(): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#port.ticket();
      } catch (error) {
        if (!(error instanceof ImError && error.code === 'not_logged_in') || tries === ticketTries) throw error;
        await new Promise<void>((resolve) => this.#port.clock.setTimeout(resolve, ticketRetryMs * 2 ** tries));
      }
    }
  }
}
