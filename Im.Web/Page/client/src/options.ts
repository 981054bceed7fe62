import type { BearerToken } from './bearer.ts';
import type { Clock } from './clock.ts';
import type { WebSocketLike } from './connection.ts';
import type { ImError } from './errors.ts';
import type { Gap } from './gap.ts';
import type { Presence } from './presence.ts';
import type { Announcement, ConversationSummary, Sender, User } from './protocol.ts';
import type { ConnectionState } from './state.ts';
import type { ReceivedMessage, Timeline } from './timeline.ts';

/** A hole of up to so many messages of a conversation is filled before later messages are shown; a larger one becomes a gap. */
export const defaultMaxFillMessages = 200;

export interface ImClientOptions {
  /** Where Im is served, such as `https://chat.example`; the page's own origin by default. */
  origin?: string;
  /** The node to ask for; any live one by default. */
  node?: string;
  /** See {@link defaultMaxFillMessages}. `Infinity` reads everything in order, however much it is, and there are no gaps. */
  maxFillMessages?: number;
  /** For programs: holds the session, in place of the browser's cookie. Needs a {@link webSocket} that can send headers. */
  bearer?: BearerToken;
  fetch?: typeof fetch;
  /** Opens a WebSocket. `headers` are a program's; a browser's WebSocket cannot send them, that of the package `ws` can. */
  webSocket?: (url: string, headers: Record<string, string>) => WebSocketLike;
  clock?: Clock;
}

export interface ImEvents {
  state: ConnectionState;
  /** Who this client is: null is a guest. Also when the own brief changed. */
  me: User | null;
  /** The session was ended on purpose: here, in another tab, or from elsewhere (`state.endReason` says why, and comes before). Comes before `me`. */
  loggedOut: void;
  presence: Presence;
  /** The next message of any conversation: per conversation in order, each once, none left out but those of a `gap`. */
  message: { timeline: Timeline; message: ReceivedMessage };
  /** More was missed than is read by itself. The conversation's next `message` is the one with `gap.beforeSeq`. */
  gap: { timeline: Timeline; gap: Gap };
  /** What the list of `conversations`, which comes right after it, does not have: how to ask for more, and what is unread there. */
  further: { next: string | undefined; unread: number };
  /** The user's conversations (the lobby alone for a guest), after every connect, login and logout: the first page. */
  conversations: readonly ConversationSummary[];
  /** Read up to `seq`, in another window of this user. */
  read: { timeline: Timeline; seq: number };
  /** Somebody is typing; true for 5 s. */
  typing: { timeline: Timeline; from: Sender };
  /** An administrator removed a message's text: in `timeline` it is empty from now on. */
  removed: { timeline: Timeline; seq: number };
  announcement: Announcement;
  /** A complaint of the node that answers no request of ours. */
  refused: ImError;
}
