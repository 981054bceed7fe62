import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lobby, type ApiKeyInfo, type ConversationPage, type ImClient, type ImError, type PeoplePage, type SessionInfo, type User } from '../src/index.ts';
import type { ClientFrame } from '../src/protocol.ts';
import { jenny, ready, settled, stage, type FakeSocket } from './fakes.ts';

// The frames that the C# and the TypeScript clients share. From dist/test up to the repository.
const folder = new URL('../../../../../Im.Protocol/Golden/', import.meta.url);
const golden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as never;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

const tomId = '0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02';

/** What an application does to make the client say each frame. */
const said: Record<string, (client: ImClient, socket: FakeSocket) => unknown> = {
  'client.send.lobby': (client) => client.send(lobby, 'hello, 你好 👋', '7f1c2f0e-9a64-4c57-8b1d-0a5e6c7d8f90'),
  'client.send.user': (client) => client.send({ user: tomId }, 'tea at five?', '2b6f0c9d-53e8-4f1a-a7c4-9d8e7f6a5b43'),
  'client.history.newest': (client) => client.history(lobby, { limit: 50 }),
  'client.history.before': (client) => client.history({ user: tomId }, { before: 120, limit: 50 }),
  'client.history.after': (client) => client.history(lobby, { after: 41, limit: 100 }),
  'client.conversations': (client) => client.conversations(),
  'client.conversations.after': (client) => client.conversationsPage('1-1790000000456000-c7b2d1de3a4f8e559b6c1d2e3f405162'),
  'client.people': (client) => client.people(),
  'client.people.after': (client) => client.people('a3b8d4252b604ad78a552f5c1d3e9b01'),
  'client.read': (client) => client.read({ user: tomId }, 9),
  'client.typing': (client) => client.typing({ user: tomId }),
  'client.authenticate': (_, socket) => socket.says({ type: 'session', reason: 'login', authenticate: true }),
  'client.ping': (client) => client.wake(),
};

const greetings: Record<string, (client: ImClient) => unknown> = {
  'node.hello': (client) => client.state.node === 'realtime-1' && client.me?.nickname === 'Jenny' && client.limits?.textChars === 4000,
  'node.hello.guest': (client) => client.state.node === 'realtime-2' && client.me === null,
  'node.ready': (client) => client.state.phase === 'ready' && client.timeline(lobby).lastSeq === 41,
};

/** What an application knows after each frame of a node. */
const heard: Record<string, (client: ImClient, socket: FakeSocket) => unknown> = {
  'node.message.lobby': (client) => client.timeline(lobby).messages[0]?.via?.ms === 1.9,
  'node.message.direct': (client) => client.timeline({ user: tomId }).messages[0]?.text === 'tea at five?',
  'node.removed': (client) => client.timeline(lobby).messages[0]?.text === '',
  'node.presence.full': (client) => client.presence.users.length === 2 && client.presence.guests === 2,
  'node.presence.change': (client) => client.presence.users.length === 0 && client.presence.guests === 3,
  'node.session.login': (_, socket) => socket.asked('authenticate').ticket === 't-1',
  'node.session.authenticated': (client) => client.me?.brief === 'likes tea',
  'node.session.logout': (client) => client.me === null,
  'node.session.profile': (client) => client.me?.brief === 'likes coffee now',
};

/** Answers: what the promise of the request with the same id becomes. */
const answered: Record<string, [request: (client: ImClient) => Promise<unknown>, check: (answer: never) => boolean]> = {
  'node.ack': [(client) => client.send(lobby, 'hello'), (ack: { seq: number }) => ack.seq === 42],
  'node.ack.duplicate': [(client) => client.send(lobby, 'hello'), (ack: { duplicate: boolean }) => ack.duplicate],
  'node.ack.read': [(client) => client.read({ user: tomId }, 9), () => true],
  'node.history': [(client) => client.history(lobby), (page: { messages: unknown[]; more: boolean }) => page.messages.length === 1 && !page.more],
  'node.history.empty': [(client) => client.history({ user: tomId }), (page: { lastSeq: number }) => page.lastSeq === 0],
  'node.conversations': [(client) => client.conversations(), (list: { unread: number }[]) => list[0]?.unread === 2 && list.length === 2],
  'node.conversations.next': [
    (client) => client.conversationsPage(),
    (page: ConversationPage) => page.next === '1-1790000000456000-c7b2d1de3a4f8e559b6c1d2e3f405162' && page.unread === 104 && page.conversations[0]!.stranger === true,
  ],
  'node.people': [(client) => client.people(), (page: PeoplePage) => page.users[0]!.places === 3 && page.online === 501 && page.next === 'a3b8d4252b604ad78a552f5c1d3e9b01'],
  'node.error': [(client) => client.history({ user: tomId }).catch((error: unknown) => error), (error: { code: string }) => error.code === 'not_found'],
};

/** What is told to an application as it is. */
const told: Record<string, 'announcement'> = { 'node.announcement': 'announcement' };

const events: Record<string, 'read' | 'typing'> = { 'node.read': 'read', 'node.typing': 'typing' };
const elsewhere = ['node.move', 'node.pong', 'node.error.retry']; // reconnect.test.ts and sending.test.ts, by what they do
// What this client leaves to others: it ignores these frames, and asks for none of these addresses.
const notItsOwn = [
  'http.token-response', 'http.publish-request', 'http.publish-request.user', 'http.publish-response',
  'http.admin-user', 'http.penalty-request', 'http.admin-request', 'http.announcement-request', 'http.audit',
];
const readAsFrames = ['http.conversations', 'http.messages-response', 'http.people-response'];

/** Bodies the client posts. */
const posted: Record<string, (client: ImClient) => Promise<unknown>> = {
  'http.login-request': (client) => client.login('Jenny', 'correct horse', '爱喝茶 🍵'),
  'http.login-request.known': (client) => client.login('小明', 'battery staple'),
  'http.password-request': (client) => client.http.changePassword('correct horse', 'battery staple', true),
  'http.create-key-request': (client) => client.http.createKey('build server', ['publish:lobby'], 'correct horse'),
  'http.delete-account-request': (client) => client.deleteAccount('correct horse', true),
  'http.brief-request': (client) => client.updateBrief('今天在家'),
};

/** Answers of the HTTP API: to which request, and what the client makes of them. */
const served: Record<string, [request: string, ask: (client: ImClient) => Promise<unknown>, check: (answer: never) => boolean]> = {
  'http.me-response': ['GET /api/me', (client) => client.http.me(), (me: { user: User }) => me.user.nickname === 'Jenny'],
  'http.me-response.guest': ['GET /api/me', (client) => client.http.me(), (me: { user: null; session: string }) => me.user === null && me.session === 's-9d02'],
  'http.login-response': ['POST /api/login', (client) => client.login('Jenny', 'correct horse'), (login: { created: boolean }) => login.created],
  'http.user': ['PUT /api/me', (client) => client.updateBrief('爱喝茶 🍵'), (user: User) => user.brief === '爱喝茶 🍵'],
  'http.ticket-response': ['POST /api/ticket', (client) => client.http.ticket(), (ticket: string) => ticket === 'kq2vX7dE1mRzT0aB'],
  'http.sessions': ['GET /api/sessions', (client) => client.http.sessions(), (list: SessionInfo[]) => list[0]!.current && list[0]!.nodes.length === 2 && list[1]!.device === undefined],
  'http.ended-response': ['DELETE /api/sessions', (client) => client.http.endOtherSessions(), (ended: number) => ended === 2],
  'http.api-key': ['POST /api/keys', (client) => client.http.createKey('build server', ['publish:lobby'], 'correct horse'), (key: ApiKeyInfo) => key.key!.startsWith('imk_')],
  'http.api-keys': ['GET /api/keys', (client) => client.http.keys(), (keys: ApiKeyInfo[]) => keys[0]!.key === undefined && keys[0]!.scopes.length > 0],
  'http.nodes': ['GET /api/nodes', (client) => client.nodes(), (nodes: { live: boolean }[]) => nodes[0]!.live && !nodes[1]!.live],
  'http.problem': ['GET /api/nodes', (client) => client.nodes().catch((error: unknown) => error), (error: ImError) => error.code === 'wrong_password'],
};

test('Every golden frame is tested', () => {
  const tested = [said, greetings, heard, answered, told, events, posted, served].flatMap((group) => Object.keys(group)).concat(elsewhere, notItsOwn, readAsFrames);
  assert.deepEqual([...names].sort(), tested.sort());
});

for (const [name, act] of Object.entries(said)) {
  test(`The client says ${name}`, async () => {
    const expected = golden(name) as ClientFrame & { id?: string; ticket?: string };
    const { client, socket } = await ready({ user: jenny });
    void act(client, socket());
    await settled();
    const frame = { ...socket().asked(expected.type) } as Record<string, unknown>;
    if (expected.type !== 'send') frame['id'] = expected.id; // chosen by the client
    if (expected.type === 'authenticate') frame['ticket'] = expected.ticket;
    assert.deepEqual(JSON.parse(JSON.stringify(frame)), expected);
  });
}

for (const [name, check] of Object.entries(greetings)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = stage();
    client.connect();
    await settled();
    await socket().says(golden(name === 'node.ready' ? 'node.hello' : name));
    await socket().says(golden('node.ready'));
    assert.ok(check(client));
  });
}

for (const [name, check] of Object.entries(heard)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = await ready({ user: jenny, lobbyLastSeq: 41 });
    if (name === 'node.removed') await socket().says(golden('node.message.lobby'));
    await socket().says(golden(name));
    assert.ok(check(client, socket()));
  });
}

for (const [name, event] of Object.entries(told)) {
  test(`The client tells of ${name}`, async () => {
    const { client, socket } = await ready();
    const heard: unknown[] = [];
    client.on(event, (announcement) => heard.push({ type: event, ...announcement }));
    await socket().says(golden(name));
    assert.deepEqual(heard, [golden(name)]);
  });
}

for (const [name, [request, check]] of Object.entries(answered)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = await ready({ user: jenny });
    const answer = request(client);
    await settled();
    const { id } = socket().sent.at(-1) as { id: string };
    await socket().says({ ...(golden(name) as object), id });
    assert.ok(check((await answer) as never));
  });
}

for (const [name, event] of Object.entries(events)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = await ready({ user: jenny });
    await socket().says(golden('node.message.direct'));
    const timelines: unknown[] = [];
    client.on(event, ({ timeline }) => timelines.push(timeline));
    await socket().says(golden(name));
    assert.deepEqual(timelines, [client.timeline({ user: tomId })]);
  });
}

for (const [name, act] of Object.entries(posted)) {
  test(`The client posts ${name}`, async () => {
    const { client, requests, answers } = stage();
    answers.set('POST /api/login', [200, golden('http.login-response')]).set('PUT /api/me', [200, golden('http.user')]);
    for (const request of ['PUT /api/me/password', 'DELETE /api/me']) answers.set(request, [200, golden('http.ended-response')]);
    answers.set('POST /api/keys', [200, golden('http.api-key')]);
    await act(client);
    assert.deepEqual(requests[0]!.body, golden(name));
    client.disconnect();
  });
}

for (const [name, [request, ask, check]] of Object.entries(served)) {
  test(`The client understands ${name}`, async () => {
    const { client, answers } = stage();
    const body = golden(name) as { status?: number };
    answers.set(request, [body.status ?? 200, body]);
    assert.ok(check((await ask(client)) as never));
    client.disconnect();
  });
}
