import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { endWidgetUser, ImClient, openWidget, signOutWidgetUser, widgetToken, type WebSocketLike } from '../src/index.ts';
import { FakeSocket, settled } from './fakes.ts';

const folder = new URL('../../../../../Im.Protocol/Golden/', import.meta.url);
const golden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Record<string, never>;

interface Asked {
  readonly what: string;
  readonly authorization: string | null;
  readonly credentials: string | undefined;
  readonly body: unknown;
}

/** Answers by "METHOD /path", and what was asked. */
function server(answers: Record<string, [status: number, body: object]>): { asked: Asked[]; fetch: typeof fetch } {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const what = `${request.method} ${new URL(request.url).pathname}`;
      asked.push({ what, authorization: request.headers.get('Authorization'), credentials: init?.credentials, body: request.body ? await request.json() : undefined });
      const [status, body] = answers[what] ?? [404, { code: 'not_found' }];
      return new Response(JSON.stringify(body), { status });
    },
  };
}

test("A site's server asks for a token with its key, and ends what was begun", async () => {
  const wanted = golden('http.widget-token-request');
  const { asked, fetch } = server({ 'POST /api/widget/tokens': [200, golden('http.widget-token-response')], 'DELETE /api/widget/users/u-1': [200, { ended: 2 }], 'DELETE /api/widget/users/u-1/sessions': [200, { ended: 1 }] });
  const made = await widgetToken('https://chat.example', 'imk_1', wanted as never, fetch);
  assert.ok(made.token.startsWith('imx_') && made.user.nickname === '小明 • Shop');
  assert.deepEqual([asked[0]!.authorization, asked[0]!.body], ['Bearer imk_1', wanted]);
  assert.deepEqual([await endWidgetUser('https://chat.example', 'imk_1', 'u-1', true, fetch), await signOutWidgetUser('https://chat.example', 'imk_1', 'u-1', fetch)], [2, 1]);
  assert.deepEqual(asked[1]!.body, { removeMessages: true });
});

test('A page changes the token for a session and connects by the gateway with a ticket, for a WebSocket of its own sends no header', async () => {
  const { asked, fetch } = server({
    'POST /api/widget/sessions': [200, golden('http.widget-session-response')],
    'POST /api/tokens/renew': [200, { token: 'imt_2', expiresInSeconds: 3600, user: golden('http.user'), session: 's-1' }],
    'GET /api/me': [200, { user: golden('http.user'), session: 's-1' }],
    'GET /api/connect': [200, {}],
    'POST /api/ticket': [200, { ticket: 't-1', expiresInSeconds: 30 }],
  });
  const session = await openWidget('https://chat.example', 'imx_1', fetch);
  assert.deepEqual([asked[0]!.authorization, asked[0]!.credentials, session.conversation], ['Bearer imx_1', 'omit', golden('http.widget-session-response')['conversation']]);
  const sockets: FakeSocket[] = [];
  const original = globalThis.WebSocket;
  globalThis.WebSocket = class extends FakeSocket implements WebSocketLike {
    constructor(url: string, protocols: string[]) {
      super(url, {}, protocols);
      sockets.push(this);
    }
  } as never;
  try {
    const client = new ImClient({ origin: 'https://chat.example', bearer: session.bearer, fetch });
    client.connect();
    for (let tries = 0; sockets.length === 0 && tries < 100; tries++) await settled();
    assert.deepEqual([sockets[0]!.url.href, sockets[0]!.protocols], ['wss://chat.example/ws', ['im.v2', 'im.ticket.t-1']]);
    assert.ok(asked.every(({ credentials }) => credentials === 'omit'));
    client.disconnect();
  } finally {
    globalThis.WebSocket = original;
  }
});
