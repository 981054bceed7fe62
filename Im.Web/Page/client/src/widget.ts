import { BearerToken } from './bearer.ts';
import { HttpApi } from './http.ts';
import type { User } from './protocol.ts';

/** What a site's server asks for, with an API key of the scope `widget`. */
export interface WidgetTokenRequest {
  /** Of the page that the token is for, such as `https://shop.example`. An administrator has allowed it for the key's owner. */
  readonly origin: string;
  /** `id`: what the site calls this person, the same always. `name`: how others see them, with the site's label behind it. */
  readonly user: { readonly id: string; readonly name: string };
  /** `lobby`, or a room that the key's owner looks after. */
  readonly conversation: string;
  /** 10 to 3,600; by default 300. */
  readonly expiresInSeconds?: number;
}

export interface WidgetToken {
  /** For the page, once: `imx_…`. */
  readonly token: string;
  readonly expiresInSeconds: number;
  /** The account that the person has here. */
  readonly user: User;
}

export interface WidgetSession {
  readonly bearer: BearerToken;
  readonly user: User;
  /** The only one that it is good for. */
  readonly conversation: string;
}

type Fetch = typeof fetch;

const ownFetch: Fetch = (input, init) => fetch(input, init);
const api = (server: string, token: string, fetchFunction: Fetch) => new HttpApi(server, fetchFunction, new BearerToken(token));

/** On a site's server: a token for the page that it sends to somebody. */
export const widgetToken = (server: string, key: string, wanted: WidgetTokenRequest, fetchFunction: Fetch = ownFetch): Promise<WidgetToken> =>
  api(server, key, fetchFunction).ask('POST', '/api/widget/tokens', wanted);

/** On a site's server: deletes somebody's account. @returns how many sessions ended. */
export const endWidgetUser = async (server: string, key: string, user: string, removeMessages: boolean, fetchFunction: Fetch = ownFetch): Promise<number> =>
  (await api(server, key, fetchFunction).ask<{ ended: number }>('DELETE', `/api/widget/users/${encodeURIComponent(user)}`, { removeMessages })).ended;

/** On a site's server: signs somebody out, as when they log out there. @returns how many sessions ended. */
export const signOutWidgetUser = async (server: string, key: string, user: string, fetchFunction: Fetch = ownFetch): Promise<number> =>
  (await api(server, key, fetchFunction).ask<{ ended: number }>('DELETE', `/api/widget/users/${encodeURIComponent(user)}/sessions`)).ended;

/** On the page: changes the token for a session, for `new ImClient({ origin: server, bearer })`. `not_logged_in`: it was used, or ran out. */
export async function openWidget(server: string, token: string, fetchFunction: Fetch = ownFetch): Promise<WidgetSession> {
  const { token: bearer, user, conversation } = await api(server, token, fetchFunction).ask<{ token: string; user: User; conversation: string }>('POST', '/api/widget/sessions');
  return { bearer: new BearerToken(bearer), user, conversation };
}
