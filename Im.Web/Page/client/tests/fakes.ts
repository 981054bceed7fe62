import { ImClient, lobby, type Clock, type ImClientOptions, type User, type WebSocketLike } from '../src/index.ts';
import type { ClientFrame, Line, LogEvent, NodeFrame } from '../src/protocol.ts';

export const jenny: User = { id: 'a3b8d425-2b60-4ad7-8a55-2f5c1d3e9b01', nickname: 'Jenny', brief: 'likes tea' };
export const tom: User = { id: '0f9a6c1e-7d44-4b8e-9c3a-5b1e2d7f8a02', nickname: 'Tom', brief: '' };
export const direct = 'c7b2d1de-3a4f-8e55-9b6c-1d2e3f405162';

export class FakeClock implements Clock {
  #now = 1_790_000_000_000;
  #timers = new Set<{ at: number; callback: () => void }>();
  /** What the next waits are multiplied with. */
  chance = 0.5;

  now = () => this.#now;
  random = () => this.chance;
  setTimeout = (callback: () => void, ms: number): unknown => {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return timer;
  };
  clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as never);
  };

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
    await settled();
  }

  /** As a closed lid: the clock on the wall goes on, the timers do not. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) timer.at += ms;
  }
}

/** Lets every promise that can go on go on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class FakeSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason?: string }) => void) | null = null;
  onerror: WebSocketLike['onerror'] = null;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly protocols: readonly string[];
  readonly sent: ClientFrame[] = [];
  closedWith: number | undefined;

  constructor(url: string, headers: Record<string, string>, protocols: readonly string[] = []) {
    this.protocols = protocols;
    this.url = new URL(url);
    this.headers = headers;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientFrame);
  }

  close(code = 1005): void {
    this.closedWith = code;
  }

  /** A frame from the node. */
  async says(frame: NodeFrame | object): Promise<void> {
    this.onmessage?.({ data: JSON.stringify(frame) });
    await settled();
  }

  async ends(code: number, reason?: string): Promise<void> {
    this.onclose?.(reason === undefined ? { code } : { code, reason });
    await settled();
  }

  async greets({ node = 'realtime-1', session = 's-1' as string | null, user = null as User | null, beforeReady = [] as readonly object[], lobbyLastSeq = 0, lobbyLastLine = undefined as number | undefined, epoch = 'life-1', conversations = [] as object[] } = {}): Promise<void> {
    await this.says({ type: 'hello', protocol: 2, epoch, node, connection: 'c-1', session, user, time: 0, limits: { textChars: 10_000 }, pingSeconds: 10 });
    for (const frame of beforeReady) await this.says(frame);
    await this.says({ type: 'ready', lobby: { lastSeq: lobbyLastSeq, lastLine: lobbyLastLine ?? lobbyLastSeq } });
    await this.says({ type: 'conversations', id: this.asked('conversations').id, conversations });
  }

  of<Type extends ClientFrame['type']>(type: Type): Extract<ClientFrame, { type: Type }>[] {
    return this.sent.filter((frame) => frame.type === type) as Extract<ClientFrame, { type: Type }>[];
  }

  /** The newest frame of that type that the client sent. */
  asked<Type extends ClientFrame['type']>(type: Type): Extract<ClientFrame, { type: Type }> {
    const frame = this.of(type).at(-1);
    if (!frame) throw new Error(`The client sent no ${type}, only ${this.sent.map((each) => each.type).join(', ') || 'nothing'}.`);
    return frame;
  }
}

export interface Stage {
  client: ImClient;
  clock: FakeClock;
  sockets: FakeSocket[];
  /** The newest socket the client opened. */
  socket(): FakeSocket;
  requests: { method: string; path: string; search: string; headers: Headers; body: unknown }[];
  /** Answers by "METHOD /path"; a status alone, or a status and a body. */
  answers: Map<string, [status: number, body?: unknown, headers?: Record<string, string>]>;
}

export function stage(options: ImClientOptions = {}): Stage {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const requests: Stage['requests'] = [];
  const answers: Stage['answers'] = new Map([
    ['GET /api/me', [200, { user: null, session: 's-1' }]],
    ['GET /api/nodes', [200, [{ name: 'realtime-1', address: '', connections: 1, live: true }]]],
    ['POST /api/ticket', [200, { ticket: 't-1', expiresInSeconds: 30 }]],
  ]);
  const client = new ImClient({
    origin: 'http://im.test',
    clock,
    webSocket: (url, headers, protocols) => {
      const socket = new FakeSocket(url, headers, protocols);
      sockets.push(socket);
      return socket;
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname: path, search } = new URL(request.url);
      requests.push({ method: request.method, path, search, headers: request.headers, body: request.body ? await request.json() : undefined });
      const answer = answers.get(`${request.method} ${path}`);
      if (!answer) throw new TypeError('fetch failed');
      const [status, body, headers] = answer;
      return new Response(body === undefined ? null : JSON.stringify(body), { status, headers: headers ?? {} });
    },
    ...options,
  });
  return { client, clock, sockets, requests, answers, socket: () => sockets.at(-1)! };
}

/** A client that is connected and ready. */
export async function ready(greeting: Parameters<FakeSocket['greets']>[0] = {}, options: ImClientOptions = {}): Promise<Stage> {
  const it = stage(options);
  it.client.connect();
  await settled();
  await it.socket().greets(greeting);
  return it;
}

/** A text of the lobby, where every event is a line. */
export function lobbyLine(line: number, from = tom, id = `m-${line}`): LogEvent & { line: number } {
  return { conversation: 'lobby', seq: line, line, kind: 'text', id, from: { id: from.id, nickname: from.nickname }, content: { text: `number ${line}` }, at: line, node: 'realtime-1' };
}

export function live(event: LogEvent): object {
  return { type: 'event', ...event, via: { node: 'realtime-2', ms: 1.9 } };
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

type Asked = Extract<ClientFrame, { type: 'lines' | 'events' }>;

/** What the client asked of the log, in order. */
export const asked = (socket: FakeSocket): Asked[] => socket.sent.filter((frame): frame is Asked => frame.type === 'lines' || frame.type === 'events');

/** Answers a request for lines or events, the newest one, as a node that stores lobby lines 1..last would. */
export async function answerHistory(socket: FakeSocket, last: number, request = asked(socket).at(-1)!): Promise<void> {
  const { id, limit = 50 } = request;
  if (request.type === 'events') {
    const end = Math.min(last, request.after + limit);
    await socket.says({ type: 'events', id, conversation: 'lobby', events: range(request.after + 1, end).map((line) => lobbyLine(line)), lastSeq: last, more: end < last });
    return;
  }
  const { after, around } = request;
  const before = around === undefined ? (request.before ?? last + 1) : Math.min(last + 1, around + Math.ceil(limit / 2));
  const [from, to] = after === undefined ? [Math.max(1, before - limit), before - 1] : [after + 1, Math.min(last, after + limit)];
  await socket.says(linesAnswer(id, range(from, to).map((line) => lobbyLine(line)), last, after === undefined ? from > 1 : to < last));
}

/** An answer to `lines`: of lines without effects, where a request is answered for `last` events that are all lines. */
export function linesAnswer(id: string, lines: readonly (LogEvent & Partial<Pick<Line, 'effects'>>)[], last: number, more = false, lastSeq = last): object {
  return { type: 'lines', id, conversation: lines[0]?.conversation ?? 'lobby', lines: lines.map((line) => ({ effects: [], ...line })), quoted: [], lastSeq, lastLine: last, more };
}

/** The lines that the client hands to the application from now on. */
export function listen({ client }: Stage): number[] {
  const seen: number[] = [];
  client.on('event', ({ event }) => event.line !== undefined && seen.push(event.line));
  return seen;
}

export const loaded = ({ client }: Stage): number[] => client.timeline(lobby).lines.map(({ line }) => line);
