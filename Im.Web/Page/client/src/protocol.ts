/** The frames and objects of `docs/protocol.md`, word for word. Times are Unix milliseconds. Readers ignore fields they do not know. */

export interface User {
  readonly id: string;
  readonly nickname: string;
  readonly brief: string;
  /** What they want to be called. Not unique, and chosen by them: show the nickname beside it. */
  readonly name?: string;
  /** The version of their picture: see `Files.userPicture`. */
  readonly picture?: string;
  /** Of oneself alone. */
  readonly admin?: boolean;
}

export interface Sender {
  readonly id: string;
  readonly nickname: string;
}

/** `places`: the user's connections on all nodes. */
export interface OnlineUser extends User {
  readonly places: number;
}

/** What a kind says; its shape is in `kinds.ts`. */
export type Content = Readonly<Record<string, unknown>>;

/** What a conversation is made of. `line`: it is shown as one of its own. `target`: the line it replies to, or, where it is no line, the line it changes. */
export interface LogEvent {
  readonly conversation: string;
  readonly seq: number;
  readonly line?: number;
  readonly kind: string;
  readonly target?: number;
  readonly effect?: 'mark' | 'replace' | 'erase';
  readonly slot?: string;
  /** The client's id. */
  readonly id: string;
  readonly from: Sender;
  /** In a direct conversation: the user who is not `from`. */
  readonly to?: string;
  /** Missing where it was erased, or where a later event has replaced it. */
  readonly content?: Content;
  readonly at: number;
  /** The node that took it from its sender. */
  readonly node: string;
  /** There when it came live. */
  readonly via?: Via;
}

/** A line with all that holds for it: `content` is the one shown, `effects` the newest event of each kind and slot, ascending by seq. */
export interface Line extends LogEvent {
  readonly line: number;
  readonly effects: readonly LogEvent[];
  /** Where a line has more effects than a page brings: how many of each kind there are. */
  readonly tally?: Readonly<Record<string, { readonly count: number }>>;
  /** Its content is gone for good. Not on the wire: see `fold.ts`. */
  readonly erased?: true;
}

/** How a live event came: the node that brought it, and the milliseconds since the sender's node took it. */
export interface Via {
  readonly node: string;
  readonly ms: number;
}

export interface ConversationSummary {
  readonly conversation: string;
  readonly kind: 'lobby' | 'direct' | 'room';
  readonly peer?: User;
  readonly lastSeq: number;
  readonly lastLine: number;
  readonly readLine: number;
  /** Lines after `readLine`, without those that say what happened to a room: whoever writes has read what stands before. */
  readonly unread: number;
  /** Of those, how many mention the user. */
  readonly mentions?: number;
  readonly last?: Line;
  /** The user has written nothing in it: it stands behind those in which they have. */
  readonly stranger?: boolean;
  /** How far the other one has read. */
  readonly peerReadLine?: number;
  /** Where it is one. */
  readonly room?: Room;
  /** What the user has set; missing for the default. */
  readonly notify?: NotifyLevel;
  /** The user has pinned it: it stands before the others. */
  readonly pinned?: boolean;
}

/** Of which messages of a conversation somebody is told. */
export type NotifyLevel = 'all' | 'mentions' | 'nothing';

/** What one user has set for a conversation. `default`: in a direct conversation all, else mentions. */
export interface ConversationSettings {
  readonly notify?: NotifyLevel | 'default';
  readonly pinned?: boolean;
}

export interface NotificationSettings {
  /** A push holds what the message says; else only who wrote where. */
  readonly text: boolean;
  /** When nobody is told anything. Times of day, such as `22:00`, in an IANA time zone. Where `until` is not later than `from`, it is of the next day. */
  readonly quiet?: { readonly from: string; readonly until: string; readonly zone: string };
}

/** What a push says once the browser has decrypted it. */
export interface PushNotification {
  readonly conversation: string;
  readonly kind: 'lobby' | 'direct' | 'room';
  readonly line: number;
  readonly from: Sender;
  /** What the sender wants to be called. */
  readonly name?: string;
  /** A room's. */
  readonly title?: string;
  /** What it says, cut; missing where it is not to be shown. */
  readonly text?: string;
  readonly mention?: boolean;
}

export type RoomRole = 'member' | 'administrator' | 'owner';

/** What is told of a member. */
export type MemberDeed = 'created' | 'joined' | 'left' | 'removed' | 'banned' | 'unbanned' | 'invited' | 'role';

/** `history`: what they read who join. `role`: the reader's own, where they are a member. */
export interface Room {
  readonly conversation: string;
  readonly title: string;
  readonly topic: string;
  readonly public: boolean;
  readonly history: 'everything' | 'joined';
  readonly members: number;
  readonly archived?: boolean;
  /** The version of its picture: see `Files.roomPicture`. */
  readonly picture?: string;
  readonly role?: RoomRole;
}

export interface RoomPage {
  readonly rooms: readonly Room[];
  readonly next?: string;
}

/** `seq`: the event that says what was changed; missing where nothing had to be. */
export interface RoomAnswer {
  readonly room: Room;
  readonly seq?: number;
}

export interface RoomMembersPage {
  readonly members: readonly (User & { readonly role: RoomRole })[];
  readonly next?: string;
}

export interface RoomBansPage {
  readonly users: readonly User[];
  readonly next?: string;
}

/** Who was invited and has not answered. */
export interface RoomInvitedPage {
  readonly invited: readonly (User & { readonly by: Sender; readonly at: number })[];
  readonly next?: string;
}

export type PersonNews = 'blocked' | 'unblocked' | 'accepted' | 'declined';

export interface DirectoryPage {
  readonly users: readonly User[];
  /** The next page's `after`; missing on the last. */
  readonly next?: string;
}

/** Somebody as one may see them. */
export interface Profile {
  readonly user: User;
  /** When they last came or went; missing where it is not known, or not to be seen. */
  readonly lastSeen?: number;
  /** One has blocked them. */
  readonly blocked?: true;
}

export interface Settings {
  /** Others see when one was here last, and one sees it of them. */
  readonly lastSeen: boolean;
}

/** A person, or a line of theirs. */
export type ReportAbout = { readonly user: string } | { readonly conversation: string; readonly line: number };

export interface Invitation {
  readonly room: Room;
  readonly by: Sender;
  readonly at: number;
}

/** `link`: its secret, told once, when it is made. */
export interface RoomLink {
  readonly id: string;
  readonly by: Sender;
  readonly created: number;
  readonly expires: number;
  readonly uses: number;
  readonly maxUses?: number;
  readonly link?: string;
}

/** A webhook of a room. Of one that sends there is an `address`; of one that posts a `user`, the account that its lines are from. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly by: Sender;
  readonly created: number;
  readonly address?: string;
  readonly user?: string;
  /** Told once, when it is made or gets another. */
  readonly secret?: string;
  /** Why it was switched off; missing while it is on. */
  readonly off?: 'failing' | 'gone' | 'behind' | 'maker_left';
  /** When the receiver took something last, and when an attempt failed last. */
  readonly delivered?: number;
  readonly failed?: number;
  /** Why: `address`, `timeout`, `unreachable`, or the status of the answer. */
  readonly failure?: string;
  /** Events that the receiver has not taken yet. */
  readonly waiting?: number;
}

/** What is looked for: words, all of which a text must have, or a phrase in quotes; of `q`, `from` and `has` at least one. */
export interface SearchWanted {
  readonly q?: string;
  readonly conversation?: string;
  /** A user's id. */
  readonly from?: string;
  readonly since?: number;
  /** The first moment that is too late. */
  readonly until?: number;
  readonly has?: 'link' | 'file';
  /** At most 50; 20 when not given. */
  readonly limit?: number;
}

/** A text, as its reader sees it, or with `kind` a file: its name and caption. `matches`: where what was looked for stands in it, in UTF-16 code units. */
export interface SearchHit {
  readonly conversation: string;
  readonly seq: number;
  readonly line: number;
  readonly from: Sender;
  readonly at: number;
  readonly text: string;
  readonly matches: readonly (readonly [start: number, length: number])[];
  readonly kind?: 'file';
}

/** Newest first. `conversations`: those of the hits, a room with its title, a direct one with the other user. A page may have fewer hits than asked for, even none, and a `next`. */
export interface SearchPage {
  readonly hits: readonly SearchHit[];
  readonly conversations: readonly { readonly conversation: string; readonly kind: 'lobby' | 'direct' | 'room'; readonly title?: string; readonly peer?: Sender }[];
  readonly next?: string;
}

/** First those in which the user has written, then those of strangers, each newest first. */
export interface ConversationPage {
  readonly conversations: readonly ConversationSummary[];
  /** For asking for the next page; undefined when this is the last. */
  readonly next?: string;
  /** Unread lines in all conversations, on whichever page; with the first page. */
  readonly unread?: number;
}

/** In an order of its own: who is there all the time is on exactly one page. */
export interface PeoplePage {
  readonly users: readonly OnlineUser[];
  readonly online: number;
  readonly next?: string;
}

/** What a server publishes with, in its owner's name. */
export interface ApiKeyInfo {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly created: number;
  /** The key itself: said once, when it is made. */
  readonly key?: string;
}

export type ApiScope = 'publish:lobby' | 'publish:direct' | 'widget';

export interface LinesPage {
  readonly conversation: string;
  /** Ascending. */
  readonly lines: readonly Line[];
  /** The lines that those reply to and that are not among them. */
  readonly quoted: readonly Line[];
  /** What the page shows holds up to this event. */
  readonly lastSeq: number;
  readonly lastLine: number;
  /** There are further ones in the direction asked for. */
  readonly more: boolean;
}

export interface EventsPage {
  readonly conversation: string;
  /** Ascending by seq. What a later one erased or replaced has no content. */
  readonly events: readonly LogEvent[];
  readonly lastSeq: number;
  readonly more: boolean;
}

/** `before` and `after` do not include that line, `around` has it in the middle. None: the newest. */
export interface LinesRequest {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  readonly limit?: number;
}

export interface Ack {
  readonly conversation: string;
  readonly seq: number;
  readonly line?: number;
  readonly at?: number;
  readonly duplicate?: boolean;
}

/** What one node knows of the way of an event. Times are milliseconds from when it was taken. */
export interface WayPart {
  readonly conversation: string;
  readonly seq: number;
  readonly node: string;
  /** By the node that took it from its sender. `trace`: the id of its trace. */
  readonly taken?: { readonly storedMs: number; readonly publishedMs?: number; readonly trace?: string };
  /** By a node that wrote it to connections: how many there are, and which of them are the asker's. */
  readonly brought?: { readonly ms: number; readonly connections: number; readonly mine: readonly { readonly connection: string; readonly session?: string }[] };
}

/** The server shows how messages travel; `dashboard`: where traces are looked at. */
export interface Demonstration {
  readonly dashboard?: string;
}

/** How far a conversation has come. */
export interface LogEnd {
  readonly lastSeq: number;
  readonly lastLine: number;
}

/** What the administrators tell everybody who is connected. It is not stored. */
export interface Announcement {
  readonly text: string;
  readonly at: number;
}

/** A place where the user is logged in. */
export interface SessionInfo {
  /** The public id: no key to anything. */
  readonly id: string;
  /** The session that asks. */
  readonly current: boolean;
  readonly created: number;
  /** Up to a minute old. */
  readonly lastSeen: number;
  /** What the browser called itself at the login. */
  readonly device?: string;
  /** The address it logged in from. */
  readonly address?: string;
  /** Where it is connected now. */
  readonly nodes: readonly string[];
  readonly connections: number;
}

export interface NodeInfo {
  readonly name: string;
  readonly address: string;
  readonly connections: number;
  readonly live: boolean;
  /** Where clients come to it straight; else by the gateway alone. */
  readonly publicUrl?: string;
}

export interface Limits {
  readonly frameBytes: number;
  readonly textChars: number;
  readonly pageMessages: number;
  readonly idChars: number;
}

/** Either a conversation by id, or the direct conversation with a user. */
export type Addressee = { readonly conversation: string } | { readonly user: string };

export type ClientFrame =
  | ({ readonly type: 'post'; readonly id: string; readonly kind: string; readonly target?: number; readonly content: Content } & Addressee)
  | ({ readonly type: 'lines'; readonly id: string } & LinesRequest & Addressee)
  | ({ readonly type: 'events'; readonly id: string; readonly after: number; readonly limit?: number } & Addressee)
  | { readonly type: 'conversations'; readonly id: string; readonly after?: string }
  | { readonly type: 'people'; readonly id: string; readonly after?: string }
  | ({ readonly type: 'read'; readonly id: string; readonly line: number; readonly known?: number } & Addressee)
  | ({ readonly type: 'unread'; readonly id: string; readonly line: number } & Addressee)
  | ({ readonly type: 'way'; readonly seq: number } & Addressee)
  | ({ readonly type: 'typing' } & Addressee)
  | { readonly type: 'authenticate'; readonly id: string; readonly ticket: string }
  | { readonly type: 'ping'; readonly id?: string };

export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  /** The store's life: what is known of another one is worth nothing. */
  readonly epoch: string;
  readonly node: string;
  readonly connection: string;
  readonly session?: string | null;
  readonly user?: User | null;
  readonly time: number;
  readonly limits: Limits;
  readonly pingSeconds: number;
}

export interface SessionFrame {
  readonly type: 'session';
  readonly id?: string;
  readonly reason: 'login' | 'authenticated' | 'logout' | 'profile';
  readonly session?: string;
  readonly user?: User | null;
}

export interface PresenceFrame {
  readonly type: 'presence';
  readonly full: boolean;
  readonly users: readonly OnlineUser[];
  readonly guests: number;
  readonly online: number;
}

export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type NodeFrame =
  | Hello
  | { readonly type: 'ready'; readonly lobby: LogEnd }
  | ({ readonly type: 'event' } & LogEvent)
  | ({ readonly type: 'ack'; readonly id: string } & Ack)
  | ({ readonly type: 'lines'; readonly id: string } & LinesPage)
  | ({ readonly type: 'events'; readonly id: string } & EventsPage)
  | ({ readonly type: 'conversations'; readonly id: string } & ConversationPage)
  | ({ readonly type: 'people'; readonly id: string } & PeoplePage)
  | PresenceFrame
  | SessionFrame
  | { readonly type: 'read'; readonly conversation: string; readonly line: number }
  | { readonly type: 'unread'; readonly conversation: string; readonly line: number }
  | ({ readonly type: 'way' } & WayPart)
  | { readonly type: 'seen'; readonly conversation: string; readonly user: string; readonly line: number }
  | { readonly type: 'typing'; readonly conversation: string; readonly from: Sender }
  | ({ readonly type: 'settings'; readonly conversation?: string } & ConversationSettings)
  | { readonly type: 'person'; readonly user: string; readonly what: PersonNews }
  | { readonly type: 'invitation'; readonly conversation: string; readonly title: string; readonly by: Sender }
  | ({ readonly type: 'announcement' } & Announcement)
  | { readonly type: 'move'; readonly withinMs: number }
  | { readonly type: 'pong'; readonly id?: string; readonly time: number }
  | ErrorFrame;
