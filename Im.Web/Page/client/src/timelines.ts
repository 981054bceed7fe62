import type { Addressee, ConversationSummary, LogEvent } from './protocol.ts';
import { Timeline, type TimelinePort } from './timeline.ts';

export const lobby: Addressee = { conversation: 'lobby' };

/** What its id looks like: those of direct conversations follow from their members, and say so in their version. */
export const isRoom = (conversation: string): boolean => conversation.length === 36 && conversation[14] !== '8';

/** The timelines by conversation and, for direct ones, by the other user: whichever of the two is known first. */
export class Timelines {
  readonly #port: TimelinePort;
  readonly #byConversation = new Map<string, Timeline>();
  readonly #byUser = new Map<string, Timeline>();

  constructor(port: TimelinePort) {
    this.#port = port;
  }

  of(addressee: Addressee): Timeline {
    const [map, key] = 'user' in addressee ? [this.#byUser, addressee.user] : [this.#byConversation, addressee.conversation];
    let timeline = map.get(key);
    if (!timeline) map.set(key, (timeline = new Timeline(addressee, this.#port)));
    return timeline;
  }

  find(conversation: string): Timeline | undefined {
    return this.#byConversation.get(conversation);
  }

  /** Learns that a conversation is the one with a user. */
  link(conversation: string, user: string | undefined): Timeline {
    if (user === undefined || conversation === 'lobby') return this.of({ conversation });
    const timeline = this.#byUser.get(user) ?? this.of({ conversation });
    timeline.addressee = { user };
    this.#byUser.set(user, timeline);
    this.#byConversation.set(conversation, timeline);
    return timeline;
  }

  accept(event: LogEvent, me: string | undefined): void {
    this.link(event.conversation, peerOf(event, me)).accept(event);
  }

  /** The store has begun another life. */
  startAnew(): void {
    for (const timeline of new Set([...this.#byConversation.values(), ...this.#byUser.values()])) timeline.startAnew();
  }

  /** Brings every conversation up to what the summaries say, and those they do not list up to their newest. */
  async catchUp(summaries: readonly ConversationSummary[], listIsWhole: boolean): Promise<void> {
    const listed = new Set<Timeline>();
    const work = summaries.map((summary) => {
      const timeline = this.link(summary.conversation, summary.peer?.id);
      listed.add(timeline);
      return timeline.catchUp(summary);
    });
    // A room that is not there was left: the last that was said while its user was in it may be missing.
    for (const [conversation, timeline] of this.#byConversation)
      if (!listed.has(timeline) && timeline.lastSeq !== undefined && (!listIsWhole || isRoom(conversation))) work.push(timeline.readForward());
    await Promise.all(work);
  }

  /** Forgets the direct conversations of somebody who is not logged in any more. */
  forgetDirect(): void {
    this.#byUser.clear();
    for (const conversation of this.#byConversation.keys()) if (conversation !== 'lobby') this.#byConversation.delete(conversation);
  }
}

/** The other person of a direct conversation; undefined in the lobby. */
export function peerOf({ to, from }: LogEvent, me: string | undefined): string | undefined {
  return to === undefined ? undefined : from.id === me ? to : from.id;
}
