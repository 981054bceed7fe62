import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  Administration, contentOf, lobby, mentions, newestReplace, pollOf, reactionsOf, slotOf, textOf,
  type Ack, type AdminNode, type AdminRoom, type AdminUser, type ApiKeyInfo, type AuditEntry, type Report, type ConversationPage, type ConversationSettings, type ConversationSummary, type DirectoryPage, type EventsPage, type FileContent, type FileSpace, type ImClient, type ImError, type LinesPage, type Invitation, type LogEvent, type NotificationSettings, type PeoplePage, type Post, type Profile, type Room, type RoomAnswer, type RoomBansPage, type RoomInvitedPage, type RoomLink, type RoomMembersPage, type RoomPage, type SearchPage, type SessionInfo, type Settings, type User, type Webhook, type WidgetSite,
} from '../src/index.ts';
import type { ClientFrame } from '../src/protocol.ts';
import { direct, jenny, linesAnswer, lobbyLine, ready, settled, stage, type FakeSocket } from './fakes.ts';

// The frames that the C# and the TypeScript clients share. From dist/test up to the repository.
const folder = new URL('../../../../../Im.Protocol/Golden/', import.meta.url);
const golden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as never;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

const room = '5b3c1f0a-8a17-4c6e-9d52-7e1f2a3b4c5d';
const link = 'iml_q7dE1mRzT0aBkq2vX7dE1mRzT0aBkq2vX7dE1mRzT0a';
const tomId = '0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02';

/** What an application does to make the client say each frame. */
const said: Record<string, (client: ImClient, socket: FakeSocket) => unknown> = {
  'v2.client.post.text': (client) => client.send(lobby, 'hello, 你好 👋', '7f1c2f0e-9a64-4c57-8b1d-0a5e6c7d8f90'),
  'v2.client.post.text.user': (client) => client.send({ user: tomId }, 'tea at five?', '7f1c2f0e-9a64-4c57-8b1d-0a5e6c7d8f91'),
  ...posts({
    'text.reply': { kind: 'text', target: 41, content: { text: '@Tom and everybody: at six', mentions: [tomId], all: true } },
    edit: { kind: 'edit', target: 42, content: { text: 'hello, @Tom', mentions: [tomId] } },
    recall: { kind: 'recall', target: 42, content: {} },
    'recall.reason': { kind: 'recall', target: 42, content: { reason: 'not for here' } },
    reaction: { kind: 'reaction', target: 42, content: { keys: ['👍', '🎉'] } },
    poll: { kind: 'poll', content: { question: 'Tea?', options: ['green', 'black', '普洱'], many: true } },
    vote: { kind: 'vote', target: 43, content: { choices: [0, 2] } },
    file: { kind: 'file', target: 42, content: { file: '01935b7e-6d1c-7c44-9a52-3b1f0e2d4c5a', caption: '普洱, at last' } },
  }),
  'v2.client.post.reaction.none': (client) => client.post({ user: tomId }, { kind: 'reaction', target: 4, content: { keys: [] } }),
  'v2.client.lines.newest': (client) => client.lines(lobby, { limit: 50 }),
  'v2.client.lines.before': (client) => client.lines({ user: tomId }, { before: 120, limit: 50 }),
  'v2.client.lines.after': (client) => client.lines(lobby, { after: 41, limit: 100 }),
  'v2.client.lines.around': (client) => client.lines({ conversation: direct }, { around: 1234 }),
  'v2.client.events': (client) => client.events(lobby, 57, 100),
  'v2.client.read': (client) => client.read({ user: tomId }, 9),
  'v2.client.read.known': (client, socket) => {
    void socket.says(golden('v2.node.seen'));
    void socket.says({ type: 'read', conversation: direct, line: 7 });
    return client.read({ user: tomId }, 9);
  },
  'v2.client.unread': (client) => client.unread({ user: tomId }, 5),
  'v2.client.way': (client) => client.way(lobby, 57),
  'client.conversations': (client) => client.conversations(),
  'client.conversations.after': (client) => client.conversationsPage('1-1790000000456000-c7b2d1de3a4f8e559b6c1d2e3f405162'),
  'client.people': (client) => client.people(),
  'client.people.after': (client) => client.people('a3b8d4252b604ad78a552f5c1d3e9b01'),
  'client.typing': (client) => client.typing({ user: tomId }),
  'client.authenticate': (_, socket) => socket.says({ type: 'session', reason: 'login', authenticate: true }),
  'client.ping': (client) => client.wake(),
};

function posts(all: Record<string, Post>): typeof said {
  return Object.fromEntries(Object.entries(all).map(([name, post]) => [`v2.client.post.${name}`, (client: ImClient) => client.post(lobby, post)]));
}

const greetings: Record<string, (client: ImClient) => unknown> = {
  'v2.node.hello': (client) => client.state.node === 'realtime-1' && client.me?.nickname === 'Jenny' && client.limits?.textChars === 10_000,
  'v2.node.hello.guest': (client) => client.state.node === 'realtime-2' && client.me === null,
  'v2.node.ready': (client) => client.state.phase === 'ready' && client.timeline(lobby).lastSeq === 57 && client.timeline(lobby).lastLine === 42,
};

const last = (client: ImClient) => client.timeline(lobby).lines.at(-1)!;

/** What an application knows after each frame of a node. Before it lines 41 and 42 of the lobby are loaded: a text of Jenny's each, in the poll's case a poll. */
const heard: Record<string, (client: ImClient, socket: FakeSocket) => unknown> = {
  'v2.node.event.text': (client) => last(client).via?.ms === 1.9 && textOf(last(client)) === 'hello, 你好 👋',
  'v2.node.event.text.direct': (client) => textOf(client.timeline({ user: tomId }).lines[0]) === 'tea at five?',
  'v2.node.event.text.reply': (client) => client.timeline(lobby).quoted(last(client).target!)?.line === 41 && mentions(last(client), tomId),
  'v2.node.event.edit': (client) => textOf(last(client)) === 'hello, @Tom' && newestReplace(last(client).effects)?.seq === 58,
  'v2.node.event.recall': (client) => last(client).erased && contentOf(last(client).effects[0], 'recall')?.reason === 'not for here',
  'v2.node.event.reaction': (client) => reactionsOf(last(client), tomId).map(({ key, count, mine }) => `${key} ${count} ${mine}`).join() === '👍 1 true,🎉 1 true',
  'v2.node.event.poll': (client) => pollOf(last(client), jenny.id)?.options.length === 3,
  'v2.node.event.vote': (client) => pollOf(last(client), tomId)?.options.map(({ count }) => count).join() === '1,0,1',
  'v2.node.event.file': (client) => contentOf(last(client), 'file')?.width === 1600,
  'v2.node.event.erasure': (client) => last(client).erased && last(client).from.nickname === '(deleted)',
  'v2.node.event.member': (client) => contentOf(client.timeline({ conversation: room }).lines[0], 'member')?.role === 'administrator',
  'v2.node.event.title': (client) => contentOf(client.timeline({ conversation: room }).lines[0], 'title')?.picture === '6f1d0a9c2b7e4853',
  'node.presence.full': (client) => client.presence.users.length === 2 && client.presence.users[0]!.name === '陈 Jenny' && client.presence.guests === 2,
  'node.presence.change': (client) => client.presence.users.length === 0 && client.presence.guests === 3,
  'node.session.login': (_, socket) => socket.asked('authenticate').ticket === 't-1',
  'node.session.authenticated': (client) => client.me?.brief === 'likes tea',
  'node.session.logout': (client) => client.me === null,
  'node.session.profile': (client) => client.me?.brief === 'likes coffee now',
};

/** Answers: what the promise of the request with the same id becomes. */
const answered: Record<string, [request: (client: ImClient) => Promise<unknown>, check: (answer: never) => boolean]> = {
  'v2.node.ack.line': [(client) => client.send(lobby, 'hello'), (ack: Ack) => ack.seq === 58 && ack.line === 43],
  'v2.node.ack.mark': [(client) => client.post(lobby, { kind: 'reaction', target: 42, content: { keys: [] } }), (ack: Ack) => ack.duplicate === true && ack.line === undefined],
  'v2.node.ack.read': [(client) => client.read({ user: tomId }, 9), () => true],
  'v2.node.lines': [(client) => client.lines(lobby), (page: LinesPage) => page.lines.length === 3 && page.lines[2]!.tally!['vote']!.count === 311 && page.quoted[0]!.line === 7],
  'v2.node.lines.empty': [(client) => client.lines({ user: tomId }), (page: LinesPage) => page.lastSeq === 0],
  'v2.node.events': [(client) => client.events(lobby, 57), (page: EventsPage) => page.events.length === 3 && page.events[0]!.content === undefined],
  'v2.node.conversations': [(client) => client.conversations(), (list: ConversationSummary[]) => list[0]?.mentions === 1 && list[0].peerReadLine === 9 && list.length === 2],
  'v2.node.conversations.next': [
    (client) => client.conversationsPage(),
    (page: ConversationPage) => page.next === '1-1790000000456000-c7b2d1de3a4f8e559b6c1d2e3f405162' && page.unread === 104 && page.conversations[0]!.stranger === true,
  ],
  'v2.node.conversations.room': [(client) => client.conversations(), (list: ConversationSummary[]) => list[0]!.kind === 'room' && list[0]!.room!.role === 'owner' && list[0]!.unread === 1],
  'node.people': [(client) => client.people(), (page: PeoplePage) => page.users[0]!.places === 3 && page.online === 501 && page.next === 'a3b8d4252b604ad78a552f5c1d3e9b01'],
  ...refusals('node.error', 'v2.node.error.bad-content', 'v2.node.error.unknown-kind', 'v2.node.error.too-late'),
};

function refusals(...files: string[]): typeof answered {
  return Object.fromEntries(files.map((name) => [name, [(client) => client.lines({ user: tomId }).catch((error: unknown) => error), ({ code }: ImError) => code === (golden(name) as ImError).code]]));
}

/** What is told to an application as it is. */
const told: Record<string, 'announcement' | 'invitation' | 'person' | 'settings' | 'way'> = { 'node.announcement': 'announcement', 'v2.node.person': 'person', 'v2.node.settings': 'settings', 'v2.node.invitation': 'invitation', 'v2.node.way.taken': 'way', 'v2.node.way.brought': 'way' };

const events: Record<string, 'read' | 'unread' | 'seen' | 'typing'> = { 'v2.node.read': 'read', 'v2.node.unread': 'unread', 'v2.node.seen': 'seen', 'node.typing': 'typing' };
const elsewhere = ['node.move', 'node.pong', 'node.error.retry']; // reconnect.test.ts and sending.test.ts, by what they do
// What this client leaves to others: it ignores these frames, and asks for none of these addresses.
// Version 1 is the C# client's alone.
const version1 = [
  'client.send.lobby', 'client.send.user', 'client.history.newest', 'client.history.before', 'client.history.after', 'client.read', 'node.hello', 'node.hello.guest', 'node.ready',
  'node.message.lobby', 'node.message.direct', 'node.removed', 'node.ack', 'node.ack.duplicate', 'node.ack.read', 'node.history', 'node.history.empty', 'node.conversations',
  'node.conversations.next', 'node.read',
];
const notItsOwn = [
  'http.webhook-post-request', 'http.webhook-post-response',
  'http.token-response', 'http.publish-request', 'http.publish-request.user', 'http.publish-response',
  'http.widget-token-request', 'http.widget-token-response', 'http.widget-session-response', // widget.test.ts
  'http.push-notification', // the page's worker shows it
];
const admin = (client: ImClient) => new Administration(client.http);
const readAsFrames = ['http.conversations', 'http.messages-response', 'http.people-response'];

/** Bodies the client posts. */
const posted: Record<string, (client: ImClient) => Promise<unknown>> = {
  'http.login-request': (client) => client.login('Jenny', 'correct horse', '爱喝茶 🍵'),
  'http.login-request.known': (client) => client.login('小明', 'battery staple'),
  'http.login-request.no-join': (client) => client.login('小明', 'battery staple', undefined, { join: false }),
  'http.password-request': (client) => client.http.changePassword('correct horse', 'battery staple', true),
  'http.create-key-request': (client) => client.http.createKey('build server', ['publish:lobby'], 'correct horse'),
  'http.delete-account-request': (client) => client.deleteAccount('correct horse', true),
  'http.create-room-request': (client) => client.rooms.create({ title: 'Tea, 茶', topic: 'what we drink today', public: true, history: 'joined' }),
  'http.edit-room-request': (client) => client.rooms.edit(room, { title: 'Coffee', archived: true }),
  'http.invite-request': (client) => client.rooms.invite(room, 'Tom'),
  'http.role-request': (client) => client.rooms.setRole(room, tomId, 'administrator'),
  'http.create-link-request': (client) => client.rooms.createLink(room, { expiresInSeconds: 3600, maxUses: 5 }),
  'http.create-webhook-request': (client) => client.rooms.createWebhook(room, { name: 'CI, 构建', address: 'https://ci.example/im?team=7' }),
  'http.join-by-link-request': (client) => client.rooms.joinByLink(link),
  'http.report-request': (client) => client.http.people.report({ user: tomId }, 'sends the same link to everybody'),
  'http.report-request.line': (client) => client.http.people.report({ conversation: 'lobby', line: 42 }, 'rude'),
  'http.create-recovery-codes-request': (client) => client.http.people.createRecoveryCodes('secret-1'),
  'http.recover-request': (client) => client.recover('Jenny', 'AK7QM-4TWZH-PX2RA', 'secret-2'),
  'http.penalty-request': (client) => admin(client).mute(tomId, 60, 'flooding the lobby'),
  'http.admin-request': (client) => admin(client).setAdministrator(tomId, true),
  'http.erase-user-request': (client) => admin(client).erase(tomId, true),
  'http.archive-request': (client) => admin(client).archive(room, true),
  'http.close-report-request': (client) => admin(client).closeReport(7),
  'http.close-report-request.decision': (client) => admin(client).closeReport(7, 'banned'),
  'http.announcement-request': (client) => admin(client).announce('We restart at 18:00.'),
  'http.push-subscription-request': (client) => client.http.notifications.subscribe(golden('http.push-subscription-request') as { endpoint: string; keys: Record<string, string> }),
  'http.add-widget-site-request': (client) => admin(client).allowSite('https://shop.example', 'Shop', 'Jenny'),
  'http.picture-request': (client) => client.http.people.setPicture('0197a3c2-6f1b-7c7e-9a54-3d0c1f2b4a55'),
  'http.profile-request': (client) => client.updateProfile({ brief: '今天在家', name: '陈 Jenny' }),
};

/** Answers of the HTTP API: to which request, and what the client makes of them. */
const served: Record<string, [request: string, ask: (client: ImClient) => Promise<unknown>, check: (answer: never) => boolean]> = {
  'http.me-response': ['GET /api/me', (client) => client.http.me(), (me: { user: User }) => me.user.nickname === 'Jenny'],
  'http.me-response.guest': ['GET /api/me', (client) => client.http.me(), (me: { user: null; session: string }) => me.user === null && me.session === 's-9d02'],
  'http.me-response.demonstration': ['GET /api/me', (client) => client.http.me(), (me: { demonstration: { dashboard: string } }) => me.demonstration.dashboard === 'http://localhost:18888'],
  'http.login-response': ['POST /api/login', (client) => client.login('Jenny', 'correct horse'), (login: { created: boolean }) => login.created],
  'http.user': ['PUT /api/me', (client) => client.updateBrief('爱喝茶 🍵'), (user: User) => user.brief === '爱喝茶 🍵' && user.name === '陈 Jenny' && user.picture === '6f1d0a9c2b7e4853'],
  'http.ticket-response': ['POST /api/ticket', (client) => client.http.ticket(), (ticket: string) => ticket === 'kq2vX7dE1mRzT0aB'],
  'http.sessions': ['GET /api/sessions', (client) => client.http.sessions(), (list: SessionInfo[]) => list[0]!.current && list[0]!.nodes.length === 2 && list[1]!.device === undefined],
  'http.ended-response': ['DELETE /api/sessions', (client) => client.http.endOtherSessions(), (ended: number) => ended === 2],
  'http.api-key': ['POST /api/keys', (client) => client.http.createKey('build server', ['publish:lobby'], 'correct horse'), (key: ApiKeyInfo) => key.key!.startsWith('imk_')],
  'http.api-keys': ['GET /api/keys', (client) => client.http.keys(), (keys: ApiKeyInfo[]) => keys[0]!.key === undefined && keys[0]!.scopes.length > 0],
  'http.room': [`GET /api/rooms/${room}`, (client) => client.rooms.get(room), (found: Room) => found.title === 'Tea, 茶' && found.picture === '6f1d0a9c2b7e4853' && found.role === undefined],
  'http.room-response': [`POST /api/rooms/${room}/join`, (client) => client.rooms.join(room), (answer: RoomAnswer) => answer.seq === 1 && answer.room.role === 'owner'],
  'http.rooms-response': ['GET /api/rooms', (client) => client.rooms.list('tea'), (page: RoomPage) => page.rooms[1]!.archived === true && page.next!.length > 0],
  'http.invitations': ['GET /api/rooms/invitations', (client) => client.rooms.invitations(), (list: Invitation[]) => list[0]!.by.nickname === 'Jenny' && !list[0]!.room.public],
  'http.room-members-response': [`GET /api/rooms/${room}/members`, (client) => client.rooms.members(room), (page: RoomMembersPage) => page.members[1]!.nickname === 'Tom' && page.members[0]!.role === 'owner'],
  'http.room-bans-response': [`GET /api/rooms/${room}/bans`, (client) => client.rooms.bans(room), (page: RoomBansPage) => page.users[0]!.nickname === 'Tom'],
  'http.room-invited-response': [`GET /api/rooms/${room}/invitations`, (client) => client.rooms.invited(room), (page: RoomInvitedPage) => page.invited[0]!.by.nickname === 'Jenny' && page.next!.length > 0],
  'http.room-link': [`POST /api/rooms/${room}/links`, (client) => client.rooms.createLink(room), (made: RoomLink) => made.link === link],
  'http.room-links': [`GET /api/rooms/${room}/links`, (client) => client.rooms.links(room), (list: RoomLink[]) => list[0]!.uses === 2 && list[0]!.link === undefined],
  'http.webhook': [`POST /api/rooms/${room}/webhooks`, (client) => client.rooms.createWebhook(room, { name: 'build-bot' }), (made: Webhook) => made.secret!.startsWith('imw_') && made.address === undefined],
  'http.webhooks': [`GET /api/rooms/${room}/webhooks`, (client) => client.rooms.webhooks(room), (list: Webhook[]) => list[0]!.off === 'failing' && list[0]!.failure === '503'],
  'http.directory-response': ['GET /api/directory', (client) => client.http.people.search('t'), (page: DirectoryPage) => page.users[0]!.name === '陈 Jenny' && page.users[1]!.nickname === 'Tom' && page.next === '746F6D'],
  'http.profile': [`GET /api/users/${tomId}/profile`, (client) => client.http.people.profile(tomId), (profile: Profile) => profile.blocked === true && profile.lastSeen === 1790000000123],
  'http.settings': ['PUT /api/me/settings', (client) => client.http.people.changeSettings({ lastSeen: true }), (settings: Settings) => settings.lastSeen],
  'http.notification-settings': ['PUT /api/me/notifications', (client) => client.http.notifications.changeSettings({ text: true }), (settings: NotificationSettings) => settings.quiet!.until === '07:00'],
  'http.conversation-settings': ['PUT /api/me/conversations/lobby', (client) => client.http.notifications.set('lobby', { pinned: true }), (settings: ConversationSettings) => settings.notify === 'nothing' && settings.pinned === true],
  'http.push-key': ['GET /api/push/key', (client) => client.http.notifications.pushKey(), (key: string) => key.startsWith('BD')],
  'http.blocks': ['GET /api/me/blocks', (client) => client.http.people.blocked(), (list: User[]) => list[0]!.nickname === 'Tom'],
  'http.recovery-codes': ['POST /api/me/recovery-codes', (client) => client.http.people.createRecoveryCodes('secret-1'), (codes: string[]) => codes[0] === 'AK7QM-4TWZH-PX2RA'],
  'http.search-response': ['GET /api/search', (client) => client.http.search({ q: '喝茶', limit: 2 }), ({ hits: [first], conversations }: SearchPage) => first!.matches.map(([start, length]) => first!.text.slice(start, start + length)).join() === '喝茶' && conversations[2]!.peer!.nickname === 'Tom'],
  'http.file': ['POST /api/files', (client) => client.files.upload(new Blob(['{}']), 'tea.jpg'), (file: FileContent) => file.width === 1600 && file.caption === undefined],
  'http.file-space': ['GET /api/files', (client) => client.files.space(), (space: FileSpace) => space.maxBytes === 26_214_400],
  'http.admin-user': [`GET /api/admin/users/${tomId}`, (client) => admin(client).user(tomId), (user: AdminUser) => user.openReports === 2 && user.keys === 1],
  'http.admin-users-response': ['GET /api/admin/users', (client) => admin(client).users('t', 'banned'), ({ users, next }: Awaited<ReturnType<Administration['users']>>) => users[0]!.admin && users[1]!.lastSeen === undefined && next === '746F6D'],
  'http.admin-room': [`GET /api/admin/rooms/${room}`, (client) => admin(client).room(room), (found: AdminRoom) => found.owner!.nickname === 'Jenny' && found.archived === true],
  'http.admin-rooms-response': ['GET /api/admin/rooms', (client) => admin(client).rooms('t'), ({ rooms }: { rooms: AdminRoom[] }) => rooms[0]!.lines === 4711 && rooms[1]!.owner === undefined],
  'http.admin-keys-response': ['GET /api/admin/keys', (client) => admin(client).keys(), ({ keys, next }: Awaited<ReturnType<Administration['keys']>>) => keys[0]!.owner.nickname === 'Tom' && next === keys[0]!.id],
  'http.admin-nodes': ['GET /api/admin/nodes', (client) => admin(client).nodes(), (nodes: AdminNode[]) => nodes[0]!.version === '1.0.0' && nodes[1]!.draining],
  'http.audit': ['GET /api/admin/audit', (client) => admin(client).audit({ action: 'user.mute' }), (entries: AuditEntry[]) => entries[0]!.action === 'user.mute' && entries[0]!.actorId !== undefined],
  'http.reports': ['GET /api/admin/reports', (client) => admin(client).reports({ closed: true }), (reports: Report[]) => reports[0]!.closedBy!.nickname === 'Jenny' && reports[0]!.decision === 'recalled'],
  'http.widget-site': ['POST /api/admin/sites', (client) => admin(client).allowSite('https://shop.example', 'Shop'), (site: WidgetSite) => site.owner.nickname === 'Jenny'],
  'http.widget-sites': ['GET /api/admin/sites', (client) => admin(client).sites(), (sites: WidgetSite[]) => sites[1]!.origin === 'http://localhost:5173'],
  'http.nodes': ['GET /api/nodes', (client) => client.nodes(), (nodes: { live: boolean }[]) => nodes[0]!.live && !nodes[1]!.live],
  'http.connect-response': ['GET /api/connect', (client) => client.http.connect(), ({ node, url, connectTicket }: { node?: string; url?: string; connectTicket?: string }) => node === 'realtime-1' && url === 'wss://node-1.chat.example/ws' && connectTicket === 'imc_kq2vX7dE1mRzT0aB'],
  'http.connect-response.gateway': ['GET /api/connect', (client) => client.http.connect(), ({ url }: { url?: string }) => url === undefined],
  'http.problem': ['GET /api/nodes', (client) => client.nodes().catch((error: unknown) => error), (error: ImError) => error.code === 'wrong_password'],
};

test('Every golden frame is tested', () => {
  const tested = [said, greetings, heard, answered, told, events, posted, served].flatMap((group) => Object.keys(group)).concat(elsewhere, version1, notItsOwn, readAsFrames);
  assert.deepEqual([...names].sort(), tested.sort());
});

for (const [name, act] of Object.entries(said)) {
  test(`The client says ${name}`, async () => {
    const expected = golden(name) as ClientFrame & { id?: string; ticket?: string };
    const { client, socket } = await ready({ user: jenny });
    void act(client, socket());
    await settled();
    const frame = { ...socket().asked(expected.type) } as Record<string, unknown>;
    if (expected.id !== undefined && !['v2.client.post.text', 'v2.client.post.text.user'].includes(name)) frame['id'] = expected.id; // chosen by the client
    if (expected.type === 'authenticate') frame['ticket'] = expected.ticket;
    assert.deepEqual(JSON.parse(JSON.stringify(frame)), expected);
  });
}

for (const [name, check] of Object.entries(greetings)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = stage();
    client.connect();
    await settled();
    await socket().says(golden(name === 'v2.node.ready' ? 'v2.node.hello' : name));
    await socket().says(golden('v2.node.ready'));
    assert.ok(check(client));
  });
}

for (const [name, check] of Object.entries(heard)) {
  test(`The client understands ${name}`, async () => {
    const { client, socket } = await ready({ user: jenny, lobbyLastSeq: 57, lobbyLastLine: 42 });
    const loading = client.timeline(lobby).loadOlder();
    const poll = { kind: 'poll', content: { question: 'Tea?', options: ['green', 'black', '普洱'], many: true } };
    const lines = [lobbyLine(41, jenny), { ...lobbyLine(42, jenny), ...(name.includes('vote') ? poll : {}) }];
    await socket().says(linesAnswer(socket().asked('lines').id, lines, 42, true, 57));
    await loading;
    await socket().says(golden(name));
    assert.ok(check(client, socket()));
  });
}

for (const name of names.filter((each) => each.startsWith('v2.node.event.'))) {
  const { kind, content, effect, slot, from } = golden(name) as LogEvent;
  if (!effect) continue;
  test(`The client knows the slot of ${name} before it is stored`, () => {
    assert.equal(slotOf(kind, content as Post['content'], from.id), slot);
  });
}

for (const [name, event] of Object.entries(told)) {
  test(`The client tells of ${name}`, async () => {
    const { client, socket } = await ready();
    const heard: unknown[] = [];
    client.on(event, (payload: object) => heard.push({ ...payload, type: event }));
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
    await socket().says(golden('v2.node.event.text.direct'));
    const timelines: unknown[] = [];
    client.on(event, ({ timeline }) => timelines.push(timeline));
    await socket().says(golden(name));
    assert.deepEqual(timelines, [client.timeline({ user: tomId })]);
  });
}

for (const [name, act] of Object.entries(posted)) {
  test(`The client posts ${name}`, async () => {
    const { client, requests, answers } = stage();
    answers.set('POST /api/login', [200, golden('http.login-response')]).set('PUT /api/me', [200, golden('http.user')]).set('PUT /api/me/picture', [200, golden('http.user')]);
    for (const request of ['PUT /api/me/password', 'DELETE /api/me']) answers.set(request, [200, golden('http.ended-response')]);
    answers.set('POST /api/keys', [200, golden('http.api-key')]).set('POST /api/me/recovery-codes', [200, golden('http.recovery-codes')]).set('POST /api/recover', [200, golden('http.login-response')]).set('POST /api/reports', [204, undefined]).set('PUT /api/push/subscription', [204, undefined]);
    for (const request of ['POST /api/rooms', 'POST /api/rooms/join', `PATCH /api/rooms/${room}`, `POST /api/rooms/${room}/invitations`, `PUT /api/rooms/${room}/members/${tomId}/role`]) answers.set(request, [200, golden('http.room-response')]);
    answers.set(`POST /api/rooms/${room}/links`, [200, golden('http.room-link')]);
    for (const request of [`PUT /api/admin/users/${tomId}/mute`, `PUT /api/admin/users/${tomId}/admin`]) answers.set(request, [200, golden('http.admin-user')]);
    answers.set(`DELETE /api/admin/users/${tomId}`, [200, golden('http.ended-response')]).set(`PUT /api/admin/rooms/${room}/archived`, [200, golden('http.admin-room')]);
    for (const request of ['PUT /api/admin/reports/7', 'POST /api/admin/announcements']) answers.set(request, [204, undefined]);
    answers.set(`POST /api/rooms/${room}/webhooks`, [200, golden('http.webhook')]).set('POST /api/admin/sites', [200, golden('http.widget-site')]);
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
