import type { Clock } from './clock.ts';
import type { Outbox } from './outbox.ts';
import type { ConversationPage, LogEnd } from './protocol.ts';
import { lobby, type Timelines } from './timelines.ts';

/** What resuming needs from its client. */
export interface ResumePort {
  readonly clock: Clock;
  readonly timelines: Timelines;
  readonly outbox: Outbox;
  me(): string | undefined;
  /** Asks on this connection alone. */
  conversations(): Promise<ConversationPage>;
  listed(page: ConversationPage): void;
}

const healBeforeSendMs = 3_000;
const conversationsListed = 100; // where a node says nothing of a next page

/** What follows each `ready`: reading what was missed, and letting out what waits to be sent. */
export class Resumption {
  readonly #port: ResumePort;

  constructor(port: ResumePort) {
    this.#port = port;
  }

  /** What was missed first, then what was not answered: a message of ours that was stored after all needs no second sending. Not at any price, though. */
  async run(lobbyEnd: LogEnd, isCurrent: () => boolean): Promise<void> {
    const { clock, timelines, outbox } = this.#port;
    const healed = Promise.all([timelines.of(lobby).catchUp(lobbyEnd), this.readConversations()]);
    let timer: unknown;
    await Promise.race([healed, new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, healBeforeSendMs)))]);
    clock.clearTimeout(timer);
    if (isCurrent()) outbox.openSends();
  }

  async readConversations(): Promise<void> {
    const asked = this.#port.me();
    try {
      const page = await this.#port.conversations();
      const { conversations } = page;
      if (this.#port.me() !== asked) return;
      const healed = this.#port.timelines.catchUp(conversations, page.next === undefined && conversations.length < conversationsListed);
      this.#port.listed(page);
      await healed;
    } catch {
      // The connection ended: the next one asks again.
    }
  }
}
