// A stand-in for Im's servers, to work on the page without them: `npm run mock`, then `npm run dev`. Speaks version 2 of docs/protocol.md from memory alone:
// everything is forgotten when it ends, passwords included, so use none of your own. Also serves what is in wwwroot, with the policy the page must live with.
//   --port 20460   --empty (without the sample conversation)
//   PUT /mock/nodes/realtime-1 {"live":false}  ends that node's connections and takes no new ones; {"move":true} asks its clients to move;
//                              {"close":4401}  closes its connections with that code.
//   PUT /mock/announcement {"text":"…"}  tells everybody.   PUT /mock/admin {"nickname":"Jenny","admin":true}
//   PUT /mock/event {"nickname":"Tom","kind":"text","content":{"text":"…"},"target":3}  posts in the lobby for somebody, whatever the kind.   PUT /mock/epoch {}  the store has another life.
//   PUT /mock/lobby {"missed":1234}  so much is said in the lobby, and nobody is told: take the nodes away before, and bring them back after it.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { Log } from './log.mjs';
import { sample } from './sample.mjs';

const option = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1];
const port = process.argv.includes('--port') ? Number(option('port')) : 20460;
const webRoot = new URL('../../wwwroot', import.meta.url).pathname;
const policy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

const nodes = new Map(['realtime-1', 'realtime-2'].map((name) => [name, { name, live: true }]));
const users = new Map();
const sessions = new Map();
const tickets = new Map();
const conversations = new Map([['lobby', new Log('lobby')]]);
let epoch = randomUUID();
const connections = new Set();

const fold = (nickname) => nickname.normalize('NFKC').toLowerCase();
const elements = (text) => [...new Intl.Segmenter().segment(text)].length;
const shown = ({ id, nickname, brief }) => ({ id, nickname, brief });
const self = (user) => ({ ...shown(user), ...(user.admin && { admin: true }) });
const sender = ({ id, nickname }) => ({ id, nickname });

function addUser(nickname, password, brief = '') {
  const user = { id: randomUUID(), nickname, brief, password };
  users.set(user.id, user);
  return user;
}

function directOf(one, other) {
  const id = Log.idOf(one, other);
  if (!conversations.has(id)) conversations.set(id, new Log(id, [one, other]));
  return conversations.get(id);
}

function summary(log, me) {
  const peer = log.members && users.get(log.members.find((member) => member !== me.id));
  return log.summary(me, peer && shown(peer), peer && !log.events.some(({ from }) => from.id === me.id));
}

const keysOf = (user) => (user.keys ??= []);

const newestAt = (log) => log.events.findLast(({ line }) => line)?.at ?? 0;

const summaries = (me) =>
  [...conversations.values()]
    .filter((each) => !each.members || (me && each.members.includes(me.id) && each.events.length))
    .sort((a, b) => newestAt(b) - newestAt(a))
    .map((each) => summary(each, me));

const audience = (conversation) => [...connections].filter((each) => !conversation.members || (each.user && conversation.members.includes(each.user.id)));

function deliver(conversation, event) {
  for (const each of audience(conversation)) {
    const ms = Math.round((each.node === event.node ? 0.4 + Math.random() : 1.1 + 2 * Math.random()) * 10) / 10;
    each.say({ type: 'event', ...event, via: { node: each.node, ms } });
  }
  if (event.line) markRead(conversation, event.from.id, event.line);
}

/** To all connections of the reader, and in a direct conversation to the other one. */
function markRead(conversation, user, line) {
  conversation.read.set(user, Math.max(line, conversation.read.get(user) ?? 0));
  for (const each of audience(conversation)) {
    if (each.user?.id === user) each.say({ type: 'read', conversation: conversation.id, line, seq: line });
    else if (conversation.members) each.say({ type: 'seen', conversation: conversation.id, user, line });
  }
}

function presence() {
  const online = Map.groupBy?.([...connections], (each) => each.user?.id) ?? group([...connections]);
  const listed = [...online].filter(([id]) => id).map(([id, places]) => ({ ...shown(users.get(id)), places: places.length }));
  const extra = sampleOnline.filter((user) => !online.has(user.id)).map((user, index) => ({ ...shown(user), places: (index % 3) + 1 }));
  const everybody = [...listed, ...extra];
  return { type: 'presence', full: true, users: everybody, guests: online.get(undefined)?.length ?? 0, online: everybody.length };
}

function group(items) {
  const groups = new Map();
  for (const item of items) groups.set(item.user?.id, [...(groups.get(item.user?.id) ?? []), item]);
  return groups;
}

let presenceTimer;
function presenceChanged() {
  presenceTimer ??= setTimeout(() => {
    presenceTimer = undefined;
    for (const each of connections) each.say(presence());
  }, 100);
}

// ---- HTTP

const newSession = (device, address) => ({ key: randomUUID(), id: `s-${randomUUID().slice(0, 8)}`, user: null, created: Date.now(), lastSeen: Date.now(), device, address });

const sessionsOf = (user) => [...sessions.values()].filter((each) => user && each.user === user).sort((a, b) => b.lastSeen - a.lastSeen);

function sessionInfo({ id, created, lastSeen, device, address }, current) {
  const open = [...connections].filter((each) => each.session === id);
  return { id, current: id === current, created, lastSeen, device, address, nodes: [...new Set(open.map((each) => each.node))].sort(), connections: open.length };
}

function end(ended) {
  for (const { key, id } of ended) {
    sessions.delete(key);
    for (const each of connections) if (each.session === id) each.socket.close(4401, 'signed_out');
  }
  return { body: { ended: ended.length } };
}

const othersOf = ({ user, id }) => sessionsOf(user).filter((each) => each.id !== id);

const problem = (status, code, title) => ({ status, body: { status, code, title } });

const routes = {
  'GET /api/me': ({ session }) => ({ body: { user: session.user ? self(session.user) : null, session: session.id } }),
  'POST /api/login': ({ session, body }) => {
    const { nickname = '', password = '', brief = '' } = body;
    if (!nickname.trim() || elements(nickname) > 16 || /\p{C}/u.test(nickname.replaceAll('\u200d', ''))) return problem(400, 'bad_nickname', 'Nickname');
    if (password.length < 6 || password.length > 128) return problem(400, 'bad_password', 'Password');
    if (elements(brief) > 128) return problem(400, 'bad_brief', 'Brief');
    let user = [...users.values()].find((each) => fold(each.nickname) === fold(nickname));
    const created = !user;
    if (user && user.password !== password) return problem(401, 'wrong_password', 'Wrong password');
    user ??= addUser(nickname, password, brief);
    const renewed = { ...session, key: randomUUID(), user, created: Date.now(), lastSeen: Date.now() };
    sessions.delete(session.key);
    sessions.set(renewed.key, renewed);
    for (const each of connections) if (each.session === session.id) each.say({ type: 'session', reason: 'login', authenticate: true });
    return { cookie: renewed.key, body: { user: shown(user), created } };
  },
  'POST /api/logout': ({ session }) => {
    session.user = null;
    for (const each of connections) if (each.session === session.id) ((each.user = null), each.say({ type: 'session', reason: 'logout' }));
    presenceChanged();
    return { status: 204 };
  },
  'PUT /api/me': ({ session, body }) => {
    if (!session.user) return problem(401, 'not_logged_in', 'Not logged in');
    if (elements(body.brief) > 128) return problem(400, 'bad_brief', 'Brief');
    session.user.brief = body.brief;
    for (const each of connections) if (each.user === session.user) each.say({ type: 'session', reason: 'profile', user: shown(session.user) });
    presenceChanged();
    return { body: shown(session.user) };
  },
  'GET /api/sessions': ({ session }) => {
    if (!session.user) return problem(401, 'not_logged_in', 'Not logged in');
    return { body: sessionsOf(session.user).map((each) => sessionInfo(each, session.id)) };
  },
  'DELETE /api/sessions': ({ session }) => (session.user ? end(othersOf(session)) : problem(401, 'not_logged_in', 'Not logged in')),
  'PUT /api/me/password': ({ session, body }) => {
    if (body.newPassword.length < 6) return problem(400, 'bad_password', 'Password');
    if (session.user?.password !== body.oldPassword) return problem(401, 'wrong_password', 'Wrong password');
    session.user.password = body.newPassword;
    return end(othersOf(session));
  },
  'GET /api/keys': ({ session }) => (session.user ? { body: keysOf(session.user).map(({ key, ...shown }) => shown) } : problem(401, 'not_logged_in', 'Not logged in')),
  'POST /api/keys': ({ session, body }) => {
    if (session.user?.password !== body.password) return problem(401, 'wrong_password', 'Wrong password');
    const key = { id: randomUUID(), name: body.name, scopes: body.scopes, created: Date.now(), key: `imk_${randomUUID()}` };
    keysOf(session.user).push(key);
    return { body: key };
  },
  'GET /api/me/export': ({ session }) => ({
    body: { user: shown(session.user), messages: [...conversations.values()].flatMap(({ events }) => events.filter((each) => each.from.id === session.user.id)) },
  }),
  'DELETE /api/me': ({ session, body }) => {
    if (session.user?.password !== body.password) return problem(401, 'wrong_password', 'Wrong password');
    const { user } = session;
    for (const log of conversations.values())
      if (log.events.some(({ from }) => from.id === user.id)) deliver(log, log.append(user, { kind: 'erasure', content: { user: user.id, texts: body.removeMessages === true } }));
    users.delete(user.id);
    return end(sessionsOf(user));
  },
  'POST /api/ticket': ({ session }) => {
    if (!session.user) return problem(401, 'not_logged_in', 'Not logged in');
    const ticket = randomUUID();
    tickets.set(ticket, session);
    return { body: { ticket, expiresInSeconds: 30 } };
  },
  'GET /api/nodes': () => ({
    body: [...nodes.values()].map(({ name, live }) => ({
      name,
      address: `http://localhost:${port}`,
      connections: [...connections].filter((each) => each.node === name).length,
      live,
    })),
  }),
  'GET /api/conversations': ({ session }) => (session.user ? { body: summaries(session.user) } : problem(401, 'not_logged_in', 'Not logged in')),
};

function setNode(name, { live, move, close }) {
  const node = nodes.get(name);
  if (!node) return problem(404, 'not_found', 'No such node');
  if (live !== undefined) node.live = live;
  for (const each of connections) {
    if (each.node !== name) continue;
    if (move) each.say({ type: 'move', withinMs: 1000 });
    if (close) each.socket.close(close);
    if (!node.live) each.socket.terminate();
  }
  return { body: node };
}

function endOne(session, id) {
  const found = sessionsOf(session.user).find((each) => each.id === id);
  return found ? end([found]) : problem(404, 'not_found', 'No such session');
}

function announce(text) {
  for (const each of connections) each.say({ type: 'announcement', text, at: Date.now() });
  return {};
}

function miss(count) {
  const lobby = conversations.get('lobby');
  const others = [...users.values()].slice(1); // the first one is who is away
  for (let index = 0; index < count; index++) lobby.append(others[(index * 3) % others.length], { kind: 'text', content: { text: `Said while you were away, number ${index + 1} of ${count}` } });
  return { body: { lastSeq: lobby.lastSeq } };
}

const named = (nickname) => [...users.values()].find((each) => fold(each.nickname) === fold(nickname));

function makeAdmin({ nickname, admin }) {
  const user = named(nickname);
  user.admin = admin;
  for (const each of connections) if (each.user === user) each.say({ type: 'session', reason: 'profile', user: self(user) });
  return {};
}

function happen({ nickname, ...post }) {
  const lobby = conversations.get('lobby');
  deliver(lobby, lobby.append(named(nickname), post));
  return { body: { lastSeq: lobby.lastSeq } };
}

function liveAnew() {
  epoch = randomUUID();
  for (const each of connections) each.socket.terminate();
  return {};
}

const mocked = { '/mock/lobby': ({ missed }) => miss(missed), '/mock/announcement': ({ text }) => announce(text), '/mock/admin': makeAdmin, '/mock/event': happen, '/mock/epoch': liveAnew };

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

function file(path) {
  const name = join(webRoot, normalize(path === '/' ? '/index.html' : path));
  return existsSync(name) && types[extname(name)] ? { type: types[extname(name)], content: readFileSync(name) } : undefined;
}

const cookieOf = (request) => /(?:^|; )im_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];

const server = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  const found = request.method === 'GET' ? file(path) : undefined;
  if (found) return response.writeHead(200, { 'Content-Type': found.type, 'Content-Security-Policy': policy }).end(found.content);
  let text = '';
  for await (const chunk of request) text += chunk;
  const known = sessions.get(cookieOf(request));
  const session = known ?? newSession(request.headers['user-agent'], request.socket.remoteAddress);
  session.lastSeen = Date.now();
  const cookie = !known && path === '/api/me' ? session.key : undefined;
  if (cookie) sessions.set(cookie, session);
  const body = text ? JSON.parse(text) : {};
  const node = /^\/mock\/nodes\/(.+)$/.exec(path);
  const ending = request.method === 'DELETE' && /^\/api\/sessions\/(.+)$/.exec(path);
  const route = routes[`${request.method} ${path}`];
  const refused = request.method !== 'GET' && !path.startsWith('/mock/') && !request.headers['x-im'] && problem(403, 'cross_site', 'X-Im is missing');
  const answer = refused || (node ? setNode(node[1], body) : path in mocked ? mocked[path](body) : ending ? endOne(session, decodeURIComponent(ending[1])) : route ? route({ session, body }) : problem(404, 'not_found', 'Not found'));
  if (answer.cookie ?? cookie) response.setHeader('Set-Cookie', `im_session=${answer.cookie ?? cookie}; Path=/; HttpOnly; SameSite=Lax`);
  response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' }).end(answer.body && JSON.stringify(answer.body));
});

// ---- WebSocket

const sockets = new WebSocketServer({ noServer: true });

server.on('upgrade', (request, socket, head) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const live = [...nodes.values()].filter((node) => node.live);
  if (pathname !== '/ws' || live.length === 0) return socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
  const asked = live.find((node) => node.name === searchParams.get('node'));
  const { name } = asked ?? live[Math.floor(Math.random() * live.length)];
  sockets.handleUpgrade(request, socket, head, (webSocket) => greet(webSocket, name, sessions.get(cookieOf(request))));
});

function greet(socket, node, session) {
  const connection = { socket, node, session: session?.id ?? null, user: session?.user ?? null, say: (frame) => socket.send(JSON.stringify(frame)) };
  connection.say({
    type: 'hello', protocol: 2, epoch, node, connection: randomUUID(), session: connection.session, user: connection.user && self(connection.user), time: Date.now(),
    limits: { frameBytes: 98304, textChars: 10000, pageMessages: 100, idChars: 64, outboxFrames: 1024, outboxBytes: 1048576 }, pingSeconds: 10,
  });
  connections.add(connection);
  const { lastSeq, lastLine } = conversations.get('lobby');
  connection.say({ type: 'ready', lobby: { lastSeq, lastLine } });
  connection.say(presence());
  presenceChanged();
  socket.on('message', (data) => setTimeout(() => take(connection, JSON.parse(data)), 30));
  socket.on('close', () => (connections.delete(connection), presenceChanged()));
}

function conversationOf(connection, frame) {
  if (frame.conversation === 'lobby') return conversations.get('lobby');
  const found = frame.user && users.has(frame.user) && connection.user ? directOf(connection.user.id, frame.user) : conversations.get(frame.conversation);
  return found?.members?.includes(connection.user?.id) ? found : undefined;
}

function take(connection, frame) {
  const { id } = frame;
  const refuse = (code, message = code) => connection.say({ type: 'error', ...(id && { id }), code, message });
  const conversation = conversationOf(connection, frame);
  switch (frame.type) {
    case 'ping':
      return connection.say({ type: 'pong', ...(id && { id }), time: Date.now() });
    case 'conversations':
      return connection.say({ type: 'conversations', id, conversations: summaries(connection.user) });
    case 'authenticate': {
      const session = tickets.get(frame.ticket);
      tickets.delete(frame.ticket);
      if (!session) return refuse('bad_ticket');
      Object.assign(connection, { user: session.user, session: session.id });
      presenceChanged();
      return connection.say({ type: 'session', reason: 'authenticated', id, session: session.id, user: self(session.user) });
    }
  }
  if (!conversation) return refuse('not_found');
  if (frame.type === 'lines') return connection.say({ type: 'lines', id, conversation: conversation.id, ...conversation.page(frame) });
  if (frame.type === 'events') return connection.say({ type: 'events', id, conversation: conversation.id, ...conversation.since(frame) });
  if (!connection.user) return refuse('not_logged_in');
  if (frame.type === 'read') {
    const line = Math.min(frame.line, conversation.lastLine);
    markRead(conversation, connection.user.id, line);
    return connection.say({ type: 'ack', id, conversation: conversation.id, seq: line, line });
  }
  if (frame.type === 'typing') {
    for (const each of audience(conversation))
      if (each.user !== connection.user) each.say({ type: 'typing', conversation: conversation.id, from: sender(connection.user) });
    return;
  }
  if (frame.type !== 'post') return refuse('unknown_type');
  const stored = conversation.events.find((each) => each.id === id && each.from.id === connection.user.id);
  const fault = !stored && conversation.check(connection.user, frame);
  if (fault) return refuse(fault);
  const event = stored ?? conversation.append(connection.user, frame, id, Date.now(), connection.node);
  connection.say({ type: 'ack', id, conversation: conversation.id, seq: event.seq, ...(event.line && { line: event.line }), at: event.at, ...(stored && { duplicate: true }) });
  if (!stored) deliver(conversation, event);
}

const sampleOnline = process.argv.includes('--empty') ? [] : sample({ addUser, directOf, lobby: conversations.get('lobby') });
const [first] = users.values();
for (const [hoursAgo, device] of [
  [3, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'],
  [70, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'],
]) {
  const at = Date.now() - hoursAgo * 3_600_000;
  const session = { ...newSession(device, '192.0.2.7'), user: first, created: at - 86_400_000, lastSeen: at };
  if (first) sessions.set(session.key, session);
}
server.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port} (mock)`));
