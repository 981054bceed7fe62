import type { OnlineUser, PresenceFrame } from './protocol.ts';

export interface Presence {
  /** At most 500 are listed, fewer where briefs are long; `online` is how many there are. By nickname. */
  readonly users: readonly OnlineUser[];
  /** Connections without a user. */
  readonly guests: number;
  readonly online: number;
}

export const nobody: Presence = { users: [], guests: 0, online: 0 };

const byNickname = new Intl.Collator(undefined, { numeric: true });

/** What is known about who is online after one more `presence` frame. */
export function withPresence(known: Presence, frame: PresenceFrame): Presence {
  const users = new Map((frame.full ? [] : known.users).map((user) => [user.id, user]));
  for (const user of frame.users) {
    if (user.places > 0) users.set(user.id, user);
    else users.delete(user.id);
  }
  const sorted = [...users.values()].sort((a, b) => byNickname.compare(a.nickname, b.nickname) || (a.id < b.id ? -1 : 1));
  return { users: sorted, guests: frame.guests, online: frame.online };
}
