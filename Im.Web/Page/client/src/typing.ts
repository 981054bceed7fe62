import type { Clock } from './clock.ts';

const everyMs = 2_000;

/** Lets one word of typing through in 2 s for each conversation: more the node would not pass on. */
export class TypingThrottle {
  readonly #clock: Clock;
  readonly #saidAt = new WeakMap<object, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  maySay(conversation: object): boolean {
    const now = this.#clock.now();
    if (now - (this.#saidAt.get(conversation) ?? -Infinity) < everyMs) return false;
    this.#saidAt.set(conversation, now);
    return true;
  }
}
