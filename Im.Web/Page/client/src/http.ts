import type { BearerToken } from './bearer.ts';
import type { Door } from './direct.ts';
import { ImError } from './errors.ts';
import { People } from './people.ts';
import { Files } from './files.ts';
import { Notifications } from './notifications.ts';
import { Rooms } from './rooms.ts';
import type { ApiKeyInfo, ApiScope, Demonstration, NodeInfo, SearchPage, SearchWanted, SessionInfo, User } from './protocol.ts';

const timeoutMs = 10_000;
/** What comes before each connection: see `connection.ts`. */
const quickTimeoutMs = 4_000;
/** There is another way, so nobody waits long. */
const connectTimeoutMs = 2_000;

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
}

interface TokenAnswer {
  token: string;
  expiresInSeconds: number;
  user: User;
  created?: boolean;
}

export interface LoginOptions {
  /** false: a nickname that nobody has does not join; the login fails with `unknown_nickname`. */
  readonly join?: boolean;
}

/** The HTTP half of the protocol (docs/protocol.md, section 1). Failures are {@link ImError}s with the problem's code. */
export class HttpApi {
  readonly #origin: string;
  readonly #fetch: typeof fetch;
  readonly #bearer: BearerToken | undefined;
  /** Making, finding, joining and looking after rooms. */
  readonly rooms: Rooms;
  /** Finding, blocking, reporting people, and answering their requests. */
  readonly people: People;
  /** Muting, pinning, and of what the user is told. */
  readonly notifications: Notifications;
  /** Uploading files, and where they are. */
  readonly files: Files;
  tokenReceived: (expiresInSeconds: number) => void = () => {};

  constructor(origin: string, fetchFunction: typeof fetch, bearer?: BearerToken) {
    this.#origin = origin;
    this.#fetch = fetchFunction;
    this.#bearer = bearer;
    this.rooms = new Rooms((method, path, body) => this.ask(method, path, body));
    this.people = new People((method, path, body) => this.ask(method, path, body));
    this.notifications = new Notifications((method, path, body) => this.ask(method, path, body));
    this.files = new Files({ origin, fetch: fetchFunction, hasCookie: !bearer, headers: () => this.credentials, ask: (method, path) => this.ask(method, path), problem });
  }

  /** A request to an address that has no method here. */
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#request(method, path, body);
  }

  /** What a program's requests and connections carry; nothing where the browser has its cookie. */
  get credentials(): Record<string, string> {
    return this.#bearer?.value ? { Authorization: `Bearer ${this.#bearer.value}` } : {};
  }

  me(): Promise<{ user: User | null; session: string; demonstration?: Demonstration }> {
    return this.#request('GET', '/api/me', undefined, quickTimeoutMs);
  }

  async login(nickname: string, password: string, brief?: string, { join = true }: LoginOptions = {}): Promise<{ user: User; created: boolean }> {
    const body = { nickname, password, ...(brief ? { brief } : {}), ...(join ? {} : { join }) };
    if (!this.#bearer) return this.#request('POST', '/api/login', body);
    const { user, created } = this.#keep(await this.#request<TokenAnswer>('POST', '/api/tokens', body));
    return { user, created: created === true };
  }

  /** Somebody by their id, online or not; `not_found` where the account is deleted, or never was. */
  user(id: string): Promise<User> {
    return this.#request('GET', `/api/users/${encodeURIComponent(id)}`);
  }

  /** Sets a new password with a recovery code and logs in with it; all of the account's other sessions end. `wrong_code`: there is no such code, or no more. */
  async recover(nickname: string, code: string, newPassword: string): Promise<{ user: User; created: boolean }> {
    if (this.#bearer) this.#bearer.value = undefined; // the address gives cookies, and refuses tokens
    const answer = await this.#request<{ user: User; created: boolean }>('POST', '/api/recover', { nickname, code, newPassword });
    return this.#bearer ? this.login(nickname, newPassword) : answer;
  }

  /** Texts that the user may read, newest first; a text is found 2 s after it was said. `after`: the `next` of the page before. */
  search(wanted: SearchWanted, after?: string): Promise<SearchPage> {
    const said = Object.entries({ ...wanted, after }).filter(([, value]) => value !== undefined && value !== '');
    return this.#request('GET', `/api/search?${new URLSearchParams(said.map(([name, value]) => [name, `${value}`]))}`);
  }

  /** Another bearer token for the same session. */
  async renewToken(): Promise<void> {
    this.#keep(await this.#request<TokenAnswer>('POST', '/api/tokens/renew'));
  }

  async logout(): Promise<void> {
    await this.#request('POST', '/api/logout');
    if (this.#bearer) this.#bearer.value = undefined; // a guest's session has no tokens
  }

  updateProfile(change: { brief?: string; name?: string }): Promise<User> {
    return this.#request('PUT', '/api/me', change);
  }

  async ticket(): Promise<string> {
    return (await this.#request<{ ticket: string }>('POST', '/api/ticket')).ticket;
  }

  /** Where the user is logged in, last seen first. */
  sessions(): Promise<SessionInfo[]> {
    return this.#request('GET', '/api/sessions');
  }

  /** Signs one out: its cookie is dead, its connections are closed with 4401. */
  async endSession(id: string): Promise<void> {
    await this.#request('DELETE', `/api/sessions/${encodeURIComponent(id)}`);
  }

  /** Signs all others out. @returns how many there were. */
  async endOtherSessions(): Promise<number> {
    return (await this.#request<{ ended: number }>('DELETE', '/api/sessions')).ended;
  }

  /** Signs all other sessions out, too, and with `revokeKeys` revokes the user's API keys. @returns how many sessions there were. */
  async changePassword(oldPassword: string, newPassword: string, revokeKeys = false): Promise<number> {
    return (await this.#request<{ ended: number }>('PUT', '/api/me/password', { oldPassword, newPassword, ...(revokeKeys ? { revokeKeys } : {}) })).ended;
  }

  /** The user's API keys, oldest first, without their texts. */
  keys(): Promise<ApiKeyInfo[]> {
    return this.#request('GET', '/api/keys');
  }

  /** @returns the key with its text, which nobody can read again. */
  createKey(name: string, scopes: readonly ApiScope[], password: string): Promise<ApiKeyInfo> {
    return this.#request('POST', '/api/keys', { name, scopes, password });
  }

  async revokeKey(id: string): Promise<void> {
    await this.#request('DELETE', `/api/keys/${encodeURIComponent(id)}`);
  }

  /** What is kept of the user, as a file to download: an address for a link. */
  get exportAddress(): string {
    return `${this.#origin}/api/me/export`;
  }

  async deleteAccount(password: string, removeMessages: boolean): Promise<void> {
    await this.#request('DELETE', '/api/me', { password, removeMessages });
    if (this.#bearer) this.#bearer.value = undefined;
  }

  /** Where to connect without the gateway; nothing where that is the way. */
  connect(node?: string, avoid?: string): Promise<Partial<Door>> {
    const wanted = `${new URLSearchParams({ ...(node ? { node } : {}), ...(avoid ? { avoid } : {}) })}`;
    return this.#request('GET', `/api/connect${wanted && `?${wanted}`}`, undefined, connectTimeoutMs);
  }

  nodes(): Promise<NodeInfo[]> {
    return this.#request('GET', '/api/nodes', undefined, quickTimeoutMs);
  }

  #keep(answer: TokenAnswer): TokenAnswer {
    this.#bearer!.value = answer.token;
    this.tokenReceived(answer.expiresInSeconds);
    return answer;
  }

  async #request<Answer>(method: string, path: string, body?: unknown, withinMs = timeoutMs): Promise<Answer> {
    const headers: Record<string, string> = { Accept: 'application/json', ...this.credentials };
    if (method !== 'GET') headers['X-Im'] = '1';
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response: Response;
    try {
      response = await this.#fetch(this.#origin + path, {
        method,
        headers,
        credentials: this.#bearer ? 'omit' : 'same-origin',
        signal: AbortSignal.timeout(withinMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status === 204) return undefined as Answer;
      if (response.ok) return (await response.json()) as Answer;
    } catch (error) {
      throw new ImError('unreachable', error instanceof Error ? error.message : String(error));
    }
    throw await problem(response);
  }
}

async function problem(response: Response): Promise<ImError> {
  const body: Problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const code = body.code ?? (response.status >= 500 ? 'unavailable' : 'bad_request');
  return new ImError(code, body.detail ?? body.title ?? `HTTP ${response.status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}
