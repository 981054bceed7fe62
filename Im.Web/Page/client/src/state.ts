/** Where the client is with its connection. */
export interface ConnectionState {
  /** `waiting`: will try again at `retryAt`. `closed`: will not try by itself. */
  readonly phase: 'idle' | 'connecting' | 'ready' | 'waiting' | 'closed';
  /** The node that serves this connection, while `ready`. */
  readonly node?: string;
  /** It came straight to the node; else it passes the gateway. */
  readonly isDirect?: true;
  /** The connection may be dead: the node has been asked and has not answered for 1.5 s, or the browser says that the network is gone. It is given up, or this ends, within 5 s. */
  readonly isDoubted?: true;
  /** Why there is no connection, from the first failure until the next `ready`. */
  readonly cause?: Cause;
  /** Tries since the last connection that held. */
  readonly attempt: number;
  /** Why the session ended, where `cause` is `signed_out`. */
  readonly endReason?: EndReason;
  /** Unix milliseconds. */
  readonly retryAt?: number;
}

/**
 * `lost`: it ended, or did not come about. `restarting`: the node said that it restarts. `no_node`: the page is served but no chat node is up.
 * `unreachable`: not even the page is served. `signed_out`: the session was ended from elsewhere. `bad_client`: the node gave up on our frames.
 * `too_fast`: the node gave up on how many there were.
 */
export type Cause = 'lost' | 'restarting' | 'no_node' | 'unreachable' | 'signed_out' | 'bad_client' | 'too_fast';

/**
 * `signed_out`: by the user, from another device. `password_changed`, `account_deleted`: with that. `administrator`: by one. `banned`: with a ban.
 * `reused`: a cookie that had been renewed was used again, so that somebody else has a copy.
 * `over`: it ran out, or was ended while nobody here could hear how. `lost`: the servers lost it, with all others; nobody ended it.
 */
export type EndReason = (typeof endReasons)[number];

const endReasons = ['signed_out', 'password_changed', 'account_deleted', 'administrator', 'banned', 'reused', 'over', 'lost'] as const;

/** From the reason of a close frame; a newer node may know more. */
export function endReasonOf(text: string): EndReason {
  return endReasons.find((each) => each === text) ?? 'over';
}

/** The close code of a session that is over. */
export const sessionEnded = 4401;

export function causeOf(closeCode: number): Cause {
  if (closeCode === sessionEnded) return 'signed_out';
  if (closeCode === 4429) return 'too_fast';
  if (closeCode >= 4000 && closeCode <= 4499) return 'bad_client';
  return closeCode === 1012 ? 'restarting' : 'lost';
}
