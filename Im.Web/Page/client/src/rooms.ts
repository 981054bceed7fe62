import type { Invitation, Room, RoomAnswer, RoomBansPage, RoomInvitedPage, RoomLink, RoomMembersPage, RoomPage, RoomRole, Webhook } from './protocol.ts';

type Ask = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

const path = (room: string, rest = '') => `/api/rooms/${encodeURIComponent(room)}${rest}`;
const from = (after: string | undefined) => (after === undefined ? '' : `?after=${encodeURIComponent(after)}`);

/**
 * What one does about rooms; what is said in one, and who comes and goes, is in its timeline. Failures are `ImError`s with the problem's code: `not_found` for every room that is not one's own to know of.
 * Lists come in pages: `after` is the `next` of the page before.
 */
export class Rooms {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** `history`: what they read who join; by default everything in a public room, in a private one from joining. */
  create(room: { title: string; topic?: string; public?: boolean; history?: 'everything' | 'joined' }): Promise<RoomAnswer> {
    return this.#ask('POST', '/api/rooms', room);
  }

  /** Public rooms by title, with `search` those whose title has it. */
  list(search = '', after?: string): Promise<RoomPage> {
    return this.#ask('GET', `/api/rooms?search=${encodeURIComponent(search)}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
  }

  /** One's own, or a public one. */
  get(room: string): Promise<Room> {
    return this.#ask('GET', path(room));
  }

  edit(room: string, change: { title?: string; topic?: string; public?: boolean; history?: 'everything' | 'joined'; archived?: boolean }): Promise<RoomAnswer> {
    return this.#ask('PATCH', path(room), change);
  }

  /** Makes the room's picture of an uploaded one that is not posted, which is used up. */
  setPicture(room: string, file: string): Promise<RoomAnswer> {
    return this.#ask('PUT', path(room, '/picture'), { file });
  }

  removePicture(room: string): Promise<RoomAnswer> {
    return this.#ask('DELETE', path(room, '/picture'));
  }

  /** Into a public room, or one that one is invited to. */
  join(room: string): Promise<RoomAnswer> {
    return this.#ask('POST', path(room, '/join'));
  }

  joinByLink(link: string): Promise<RoomAnswer> {
    return this.#ask('POST', '/api/rooms/join', { link });
  }

  /** An owner who leaves hands the room over to the administrator of longest standing; where there is none, it is archived. */
  leave(room: string): Promise<void> {
    return this.#ask('POST', path(room, '/leave'));
  }

  invitations(): Promise<readonly Invitation[]> {
    return this.#ask('GET', '/api/rooms/invitations');
  }

  decline(room: string): Promise<void> {
    return this.#ask('POST', path(room, '/decline'));
  }

  members(room: string, after?: string): Promise<RoomMembersPage> {
    return this.#ask('GET', path(room, `/members${from(after)}`));
  }

  /** Who was invited and has not answered, for the room's administrators. `remove` takes an invitation back. */
  invited(room: string, after?: string): Promise<RoomInvitedPage> {
    return this.#ask('GET', path(room, `/invitations${from(after)}`));
  }

  invite(room: string, nickname: string): Promise<RoomAnswer> {
    return this.#ask('POST', path(room, '/invitations'), { nickname });
  }

  /** A member, or somebody invited. */
  remove(room: string, user: string): Promise<RoomAnswer> {
    return this.#ask('DELETE', path(room, `/members/${user}`));
  }

  /** `owner` hands the room over. */
  setRole(room: string, user: string, role: RoomRole): Promise<RoomAnswer> {
    return this.#ask('PUT', path(room, `/members/${user}/role`), { role });
  }

  bans(room: string, after?: string): Promise<RoomBansPage> {
    return this.#ask('GET', path(room, `/bans${from(after)}`));
  }

  ban(room: string, user: string): Promise<RoomAnswer> {
    return this.#ask('PUT', path(room, `/bans/${user}`));
  }

  unban(room: string, user: string): Promise<RoomAnswer> {
    return this.#ask('DELETE', path(room, `/bans/${user}`));
  }

  /** The answer alone has the link's secret. */
  createLink(room: string, options: { expiresInSeconds?: number; maxUses?: number } = {}): Promise<RoomLink> {
    return this.#ask('POST', path(room, '/links'), options);
  }

  links(room: string): Promise<readonly RoomLink[]> {
    return this.#ask('GET', path(room, '/links'));
  }

  revokeLink(room: string, link: string): Promise<void> {
    return this.#ask('DELETE', path(room, `/links/${link}`));
  }

  /** For administrators of the room: its webhooks, without their secrets. */
  webhooks(room: string): Promise<readonly Webhook[]> {
    return this.#ask('GET', path(room, '/webhooks'));
  }

  /**
   * With `address` one that sends what happens in the room from here on; without, one with which a program posts as `name`, with `POST /api/webhooks?token=` and its secret. The answer alone has the
   * secret.
   */
  createWebhook(room: string, webhook: { name: string; address?: string }): Promise<Webhook> {
    return this.#ask('POST', path(room, '/webhooks'), webhook);
  }

  /** Another secret, and it is switched on. One that sends signs with the secret before, too, for a day. */
  renewWebhook(room: string, webhook: string): Promise<Webhook> {
    return this.#ask('POST', path(room, `/webhooks/${webhook}/secret`));
  }

  removeWebhook(room: string, webhook: string): Promise<void> {
    return this.#ask('DELETE', path(room, `/webhooks/${webhook}`));
  }
}
