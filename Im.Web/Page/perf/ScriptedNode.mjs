import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.woff2': 'font/woff2' };
const policy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/**
 * Serves a built page, and says to it what the measurements need, as fast as they need it: one user, one lobby. No database and no other node is in the figures.
 * To a page of before the log of events it speaks as nodes did then: texts with numbers, and no reactions.
 */
export class ScriptedNode {
  me = person('Jenny');
  lines = [];
  #events = [];
  #sockets = new Set();
  #read = 0;

  constructor(folder) {
    const user = { ...this.me, brief: '' };
    this.server = createServer((request, response) => {
      const path = new URL(request.url, 'http://localhost').pathname;
      const file = join(folder, normalize(path === '/' ? '/index.html' : path));
      if (path === '/api/me') return json(response, { user, session: 's' });
      if (path === '/api/nodes') return json(response, [{ name: 'node-1', address: this.address, connections: 1, live: true }]);
      if (!existsSync(file) || !types[extname(file)]) return response.writeHead(404).end();
      response.writeHead(200, { 'Content-Type': types[extname(file)], 'Content-Security-Policy': policy }).end(readFileSync(file));
    });
    new WebSocketServer({ server: this.server, path: '/ws' }).on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('message', (data) => this.#answer(socket, JSON.parse(data)));
      tell(socket, {
        type: 'hello', protocol: 2, epoch: 'e', node: 'node-1', connection: randomUUID(), session: 's', user, time: Date.now(),
        limits: { frameBytes: 98304, textChars: 10000, pageMessages: 100, idChars: 64, outboxFrames: 1024, outboxBytes: 1048576 }, pingSeconds: 60,
      });
      tell(socket, { type: 'ready', lobby: isOld(socket) ? { lastSeq: this.lines.length } : this.#end });
      tell(socket, { type: 'presence', full: true, users: [{ ...user, places: 1 }], guests: 0, online: 1 });
    });
  }

  async listen() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.address = `http://localhost:${this.server.address().port}`;
  }

  close() {
    for (const socket of this.#sockets) socket.terminate();
    this.server.close();
  }

  /** Stored, and told to whoever is connected. */
  say(from, text, at = Date.now()) {
    const line = { ...this.#event(from, 'text', { text }, at), line: this.lines.length + 1 };
    this.lines.push({ ...line, effects: [] });
    this.#store(line);
  }

  react(from, target, key) {
    const event = { ...this.#event(from, 'reaction', { keys: [key] }), target, effect: 'mark', slot: from.id };
    this.lines[target - 1].effects.push(event);
    this.#store(event);
  }

  /** Everything so far has been read. */
  readAll() {
    this.#read = this.lines.length;
  }

  get #end() {
    return { lastSeq: this.#events.length, lastLine: this.lines.length };
  }

  #event(from, kind, content, at = Date.now()) {
    return { conversation: 'lobby', seq: this.#events.length + 1, kind, id: randomUUID(), from, content, at, node: 'node-1' };
  }

  #store(event) {
    this.#events.push(event);
    const via = { node: 'node-1', ms: 1 };
    for (const socket of this.#sockets) {
      if (!isOld(socket)) tell(socket, { type: 'event', ...event, via });
      else if (event.line) tell(socket, { type: 'message', ...asText(event), via });
    }
  }

  #answer(socket, { type, id, before, after, around, limit = 50, line }) {
    const { lines } = this;
    switch (type) {
      case 'history': {
        const start = after ?? (before ?? lines.length + 1) - 1 - limit;
        const messages = lines.slice(Math.max(0, start), Math.max(0, start + limit)).map(asText);
        return tell(socket, { type, id, conversation: 'lobby', messages, lastSeq: lines.length, more: start > 0 });
      }
      case 'lines': {
        const start = around !== undefined ? around - 1 - (limit >> 1) : after ?? (before ?? lines.length + 1) - 1 - limit;
        const page = lines.slice(Math.max(0, start), Math.max(0, start + limit));
        return tell(socket, { type, id, conversation: 'lobby', lines: page, quoted: [], ...this.#end, more: start > 0 });
      }
      case 'events':
        return tell(socket, { type, id, conversation: 'lobby', events: this.#events.slice(after, after + limit), lastSeq: this.#events.length, more: after + limit < this.#events.length });
      case 'conversations':
        if (isOld(socket)) return tell(socket, { type, id, conversations: [{ conversation: 'lobby', kind: 'lobby', lastSeq: lines.length, readSeq: lines.length, unread: 0, last: asText(lines.at(-1)) }] });
        return tell(socket, { type, id, conversations: [{ conversation: 'lobby', kind: 'lobby', ...this.#end, readLine: this.#read, unread: lines.length - this.#read, last: lines.at(-1) }], unread: 0 });
      case 'read':
        this.#read = Math.max(this.#read, line);
        return tell(socket, { type: 'ack', id, conversation: 'lobby', seq: line, line });
      case 'ping':
        return tell(socket, { type: 'pong', id, time: Date.now() });
    }
  }
}

export const person = (nickname) => ({ id: randomUUID(), nickname });

const isOld = ({ protocol }) => protocol !== 'im.v2';

const asText = ({ conversation, line, id, from, content, at, node }) => ({ conversation, seq: line, id, from, text: content.text, at, node });

const tell = (socket, frame) => socket.send(JSON.stringify(frame));

const json = (response, body) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
