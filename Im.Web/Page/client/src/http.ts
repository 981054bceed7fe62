import { ImError } from './errors.ts';
import type { NodeInfo, User } from './protocol.ts';

const timeoutMs = 10_000;

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
}

/** The HTTP half of the protocol (docs/protocol.md, section 1). Failures are {@link ImError}s with the problem's code. */
export class HttpApi {
  readonly #origin: string;
  readonly #fetch: typeof fetch;

  constructor(origin: string, fetchFunction: typeof fetch) {
    this.#origin = origin;
    this.#fetch = fetchFunction;
  }

  me(): Promise<{ user: User | null; session: string }> {
    return this.#request('GET', '/api/me');
  }

  login(nickname: string, password: string, brief?: string): Promise<{ user: User; created: boolean }> {
    return this.#request('POST', '/api/login', brief ? { nickname, password, brief } : { nickname, password });
  }

  logout(): Promise<void> {
    return this.#request('POST', '/api/logout');
  }

  updateBrief(brief: string): Promise<User> {
    return this.#request('PUT', '/api/me', { brief });
  }

  async ticket(): Promise<string> {
    return (await this.#request<{ ticket: string }>('POST', '/api/ticket')).ticket;
  }

  nodes(): Promise<NodeInfo[]> {
    return this.#request('GET', '/api/nodes');
  }

  async #request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (method !== 'GET') headers['X-Im'] = '1';
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response: Response;
    try {
      response = await this.#fetch(this.#origin + path, {
        method,
        headers,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(timeoutMs),
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
