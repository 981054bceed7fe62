import type { Clock } from './clock.ts';

const tickMs = 2_000;
const sleptMs = 10_000;

/** Notices that the machine slept, or the browser froze the tab: the clock on the wall went on, and the timers did not. No event says so everywhere. */
export class SleepWatch {
  readonly #clock: Clock;
  readonly #woke: () => void;
  #timer: unknown;

  constructor(clock: Clock, woke: () => void) {
    this.#clock = clock;
    this.#woke = woke;
  }

  start(): void {
    this.stop();
    const begun = this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => {
      this.start();
      if (this.#clock.now() - begun - tickMs >= sleptMs) this.#woke();
    }, tickMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }
}
