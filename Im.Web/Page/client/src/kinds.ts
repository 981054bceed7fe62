import type { Line, LogEvent, MemberDeed, RoomRole } from './protocol.ts';

export { pollOf, toggledChoices, type PollState } from './poll.ts';
export { reactionsOf, toggledReactions, type Reaction } from './reactions.ts';

/** What each kind says: docs/protocol.md has the table. A new kind is a line here, and what it means for a line in a file of its own where that takes a function, told on from here. */
export interface Contents {
  text: TextContent;
  edit: TextContent;
  recall: { readonly reason?: string };
  reaction: { readonly keys: readonly string[] };
  poll: { readonly question: string; readonly options: readonly string[]; readonly many?: true };
  vote: { readonly choices: readonly number[] };
  erasure: { readonly user: string; readonly texts: boolean };
  member: { readonly user: string; readonly nickname: string; readonly what: MemberDeed; readonly role?: RoomRole };
  title: { readonly title?: string; readonly topic?: string; readonly public?: boolean; readonly history?: 'everything' | 'joined'; readonly archived?: boolean; readonly picture?: string };
  file: FileContent;
}

/** A picture or another file. Who posts one says `file` and, where they like, `caption`: everything else is what the server found. */
export interface FileContent {
  /** Its id, from the upload. */
  readonly file: string;
  readonly name?: string;
  /** Bytes. */
  readonly size?: number;
  /** By what is in it; `application/octet-stream` for all that is no picture. */
  readonly type?: string;
  /** Pixels, upright: only a picture of which there is a thumbnail has it. */
  readonly width?: number;
  readonly height?: number;
  /** The picture's average, `#rrggbb`: what to show until it is there. */
  readonly color?: string;
  readonly caption?: string;
}

export interface TextContent {
  readonly text: string;
  /** Ids of those who are spoken to, 50 at most. */
  readonly mentions?: readonly string[];
  /** Everybody is: `@all`. */
  readonly all?: true;
}

export type Kind = keyof Contents;

/** What a user can post. `target` is the line that a text replies to, or that another kind is about. */
export type Post<K extends Kind = Kind> = { [Each in K]: { readonly kind: Each; readonly target?: number; readonly content: Contents[Each] } }[K];

/** What a kind's events do to their target. A kind that is not here is a line of its own. */
export const effectOf: Readonly<Record<string, LogEvent['effect']>> = { edit: 'replace', recall: 'erase', reaction: 'mark', vote: 'mark' };

/** The slot of a mark is its user. Of a kind whose marks compete otherwise, it is what is here. */
const slots: { readonly [K in Kind]?: (content: Contents[K]) => string } = {};

/** With what else about its target an event competes, as the server will say: for what is on its way, and shown already. */
export function slotOf(kind: string, content: Post['content'], user: string): string {
  if (effectOf[kind] !== 'mark') return '';
  return (slots as Readonly<Record<string, (content: Post['content']) => string>>)[kind]?.(content) ?? user;
}

/** An event's content, where it is of that kind and still there. Servers have checked it. */
export function contentOf<K extends Kind>(event: LogEvent | undefined, kind: K): Contents[K] | undefined {
  return event?.kind === kind ? (event.content as Contents[K] | undefined) : undefined;
}

/** What happened to a room: shown, and not unread. */
export const isSystem = ({ kind }: LogEvent): boolean => kind === 'member' || kind === 'title';

/** The text of a line that is one; empty for others, and where it was erased. */
export const textOf = (event: LogEvent | undefined): string => contentOf(event, 'text')?.text ?? '';

/** The line speaks to this user, by name or to all. */
export function mentions(line: LogEvent, user: string | undefined): boolean {
  const content = contentOf(line, 'text');
  return user !== undefined && line.from.id !== user && Boolean(content?.all || content?.mentions?.includes(user));
}

/** The newest event of each slot of a kind that marks lines, ascending by seq. */
export const marksOf = (line: Line, kind: Kind): readonly LogEvent[] => line.effects.filter((each) => each.kind === kind);
