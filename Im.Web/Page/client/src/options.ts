import type { BearerToken } from './bearer.ts';
import type { Clock } from './clock.ts';
import type { WebSocketLike } from './connection.ts';
import type { ImError } from './errors.ts';
import type { Gap } from './gap.ts';
import type { Presence } from './presence.ts';
import type { ConversationSettings, Announcement, ConversationSummary, Demonstration, Line, LogEvent, PersonNews, Sender, User, WayPart } from './protocol.ts';
import type { ConnectionState } from './state.ts';
import type { Timeline } from './timeline.ts';

/** Up to so many events that were missed are read before later ones are handed on. Of more the newest page is, and what was loaded before is dropped. */
export const defaultMaxFillEvents = 200;

export interface ImClientOptions {
  /** Where Im is served, such as `https://chat.example`; the page's own origin by default. */
  origin?: string;
  /** The node to ask for; any live one by default. */
  node?: string;
  /** See {@link defaultMaxFillEvents}. `Infinity` reads everything in order, however much it is, and nothing is left out. */
  maxFillEvents?: number;
  /** For programs: holds the session, in place of the browser's cookie. Without a {@link webSocket} of one's own, which can send headers, connections come with a ticket. */
  bearer?: BearerToken;
  fetch?: typeof fetch;
  /** Opens a WebSocket. `headers` are a program's; a browser's WebSocket cannot send them, that of the package `ws` can. `protocols` are the subprotocols to offer. */
  webSocket?: (url: string, headers: Record<string, string>, protocols: string[]) => WebSocketLike;
  /**
   * Whether to connect straight to a node where there is a way, and by the gateway where there is none. By default yes, but with a {@link webSocket} of one's own, which has to offer the `protocols`
   * it is given: there the ticket is.
   */
  direct?: boolean;
  clock?: Clock;
}

export interface ImEvents {
  state: ConnectionState;
  /** Who this client is: null is a guest. Also when the own brief changed. */
  me: User | null;
  /** The session was ended on purpose: here, in another tab, or from elsewhere (`state.endReason` says why, and comes before). Comes before `me`. */
  loggedOut: void;
  presence: Presence;
  /**
   * The next event of any conversation: per conversation in order, each once, none left out but what a `gap` skips. `line`: the line that it made or changed, as it is now,
   * where that is loaded. What a page brings is no news, and comes with none.
   */
  event: { timeline: Timeline; event: LogEvent; line: Line | undefined };
  /** More was missed than is read by itself: these lines, and what happened to earlier ones. The conversation's next `event` is the line `gap.beforeLine`. */
  gap: { timeline: Timeline; gap: Gap };
  /** What the user decided about somebody, on whichever device. Best effort: `http.people.blocked()` and the list of conversations have it. */
  person: { user: string; what: PersonNews };
  /** What the user has set for a conversation, or, without one, for all, on whichever device. Best effort: the list of conversations and `http.notifications.settings()` have it. */
  settings: { conversation?: string } & ConversationSettings;
  /** Somebody invited the user into a room. Best effort: `rooms.invitations()` lists them. */
  invitation: { conversation: string; title: string; by: Sender };
  /** What the list of `conversations`, which comes right after it, does not have: how to ask for more, and what is unread there. */
  further: { next: string | undefined; unread: number };
  /** The user's conversations (the lobby alone for a guest), after every connect, login and logout: the first page. */
  conversations: readonly ConversationSummary[];
  /** The store has begun another life, as after a restored backup: all timelines are dropped and loaded anew. Comes before anything of the new one. */
  epoch: void;
  /** This user has read up to `line`, in whichever window. */
  read: { timeline: Timeline; line: number };
  /** The position was put back, here or on another device: `line` and what follows it are unread again. Comes before a list that says the same. */
  unread: { timeline: Timeline; line: number };
  /** The other one of a direct conversation has read up to `line`. */
  seen: { timeline: Timeline; user: string; line: number };
  /** Somebody is typing; true for 5 s. */
  typing: { timeline: Timeline; from: Sender };
  /** What a node knows, of those that {@link ImClient.way} asked. */
  way: WayPart;
  /** Whether the server shows how messages travel, as the page's server says before the first connection. */
  demonstration: Demonstration | undefined;
  announcement: Announcement;
  /** A complaint of the node that answers no request of ours. */
  refused: ImError;
}
