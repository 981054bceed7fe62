import type { DirectoryPage, Profile, ReportAbout, Settings, User } from './protocol.ts';

type Ask = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

/**
 * Who there is, online or not, and what one wants of them. What one's other devices decide comes as the client's event `person`. Failures are `ImError`s with the problem's code:
 * `not_found` for an account that is deleted, or never was.
 */
export class People {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Who these are, 1 to 100 of them, in no order: a message has its sender's nickname alone. Who has no account any more is left out. */
  find(users: readonly string[]): Promise<readonly User[]> {
    return this.#ask('GET', `/api/users?${users.map((user) => `id=${encodeURIComponent(user)}`).join('&')}`);
  }

  /** Makes one's picture of an uploaded one that is not posted, which is used up. */
  setPicture(file: string): Promise<User> {
    return this.#ask('PUT', '/api/me/picture', { file });
  }

  removePicture(): Promise<User> {
    return this.#ask('DELETE', '/api/me/picture');
  }

  /** Everybody by nickname; with `search` those of whose nickname or display name each of its words begins a word. `after` is the `next` of the page before. */
  search(search = '', after?: string): Promise<DirectoryPage> {
    return this.#ask('GET', `/api/directory?search=${encodeURIComponent(search)}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
  }

  profile(user: string): Promise<Profile> {
    return this.#ask('GET', `/api/users/${encodeURIComponent(user)}/profile`);
  }

  settings(): Promise<Settings> {
    return this.#ask('GET', '/api/me/settings');
  }

  changeSettings(settings: Settings): Promise<Settings> {
    return this.#ask('PUT', '/api/me/settings', settings);
  }

  blocked(): Promise<readonly User[]> {
    return this.#ask('GET', '/api/me/blocks');
  }

  /** No direct messages go between the two from now on. */
  block(user: string): Promise<void> {
    return this.#ask('PUT', `/api/me/blocks/${user}`);
  }

  unblock(user: string): Promise<void> {
    return this.#ask('DELETE', `/api/me/blocks/${user}`);
  }

  /** A stranger's message request is a conversation like others from now on. */
  accept(user: string): Promise<void> {
    return this.#ask('POST', `/api/requests/${user}/accept`);
  }

  /** It is not listed until they write again. */
  decline(user: string): Promise<void> {
    return this.#ask('POST', `/api/requests/${user}/decline`);
  }

  /** Tells the administrators. */
  report(about: ReportAbout, reason: string): Promise<void> {
    return this.#ask('POST', '/api/reports', { ...about, reason });
  }

  /** How many recovery codes are left. */
  async recoveryCodes(): Promise<number> {
    return (await this.#ask<{ left: number }>('GET', '/api/me/recovery-codes')).left;
  }

  /** Ten new ones, told this once; those from before are worth nothing. */
  async createRecoveryCodes(password: string): Promise<readonly string[]> {
    return (await this.#ask<{ codes: readonly string[] }>('POST', '/api/me/recovery-codes', { password })).codes;
  }
}
