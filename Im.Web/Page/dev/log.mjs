// Conversations as logs of events, for the mock server: kinds, who may do what, pages. Written from docs/protocol.md, without the client's code.
import { createHash, randomUUID } from 'node:crypto';

const recallWithinMs = 24 * 3_600_000;
const effects = { edit: 'replace', recall: 'erase', reaction: 'mark', vote: 'mark' };
const visible = (text) => typeof text === 'string' && /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
const strings = (list, most) => Array.isArray(list) && list.length <= most && list.every((each) => typeof each === 'string');

/** Why a content is refused; undefined where it is not. */
const faults = {
  text: ({ text, mentions = [] }) => (!visible(text) ? 'text_empty' : text.length > 10_000 ? 'text_too_long' : strings(mentions, 50) ? undefined : 'bad_content'),
  edit: (content) => faults.text(content),
  recall: () => undefined,
  reaction: ({ keys }) => (strings(keys, 8) && keys.every(visible) ? undefined : 'bad_content'),
  poll: ({ question, options }) => (visible(question) && strings(options, 10) && options.length >= 2 && options.every(visible) ? undefined : 'bad_content'),
  vote: ({ choices }, target) => (Array.isArray(choices) && choices.every((each) => target.content.options[each] !== undefined) && (target.content.many || choices.length <= 1) ? undefined : 'bad_content'),
};

export class Log {
  events = [];
  /** How far each has read, by user id. */
  read = new Map();

  constructor(id, members = null) {
    Object.assign(this, { id, members });
  }

  /** Names the one conversation of two people. */
  static idOf(one, other) {
    return createHash('sha256').update([one, other].sort().join()).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  }

  get lastSeq() {
    return this.events.length;
  }

  get lastLine() {
    return this.events.findLast((each) => each.line)?.line ?? 0;
  }

  /** @returns a code where the post is refused. */
  check(user, { kind, target, content }) {
    if (!faults[kind]) return 'unknown_kind';
    const about = target === undefined ? undefined : this.lines().find(({ line }) => line === target);
    if (effects[kind] && !about?.content) return 'not_found';
    if (!effects[kind] && target !== undefined && !about) return 'not_found';
    if (kind === 'edit' && (about.from.id !== user.id || about.kind !== 'text')) return 'forbidden';
    if (kind === 'vote' && about.kind !== 'poll') return 'bad_content';
    if (kind === 'recall' && !user.admin && about.from.id !== user.id) return 'forbidden';
    if (kind === 'recall' && !user.admin && Date.now() - about.at > recallWithinMs) return 'too_late';
    if (content.all && !this.members && !user.admin) return 'forbidden';
    return faults[kind](content, about);
  }

  append(user, { kind, target, content }, id = randomUUID(), at = Date.now(), node = 'realtime-1') {
    const to = this.members?.find((member) => member !== user.id);
    const effect = effects[kind];
    const isLine = !effect && kind !== 'erasure';
    const event = {
      conversation: this.id, seq: this.lastSeq + 1, ...(isLine && { line: this.lastLine + 1 }), kind, ...(target !== undefined && { target }),
      ...(effect && { effect, slot: effect === 'mark' ? user.id : '' }), id, from: { id: user.id, nickname: user.nickname }, ...(to && { to }), content, at, node,
    };
    this.events.push(event);
    if (isLine) this.read.set(user.id, event.line);
    return event;
  }

  /** All lines as they are now. */
  lines() {
    return this.events.filter(({ line }) => line).map((event) => this.#shown(event));
  }

  #shown(event) {
    const gone = this.events.filter(({ kind, content, seq }) => kind === 'erasure' && content.user === event.from.id && seq > event.seq);
    const about = this.events.filter(({ target, line }) => target === event.line && !line);
    const erased = about.some(({ effect }) => effect === 'erase') || gone.some(({ content }) => content.texts);
    const newest = about.filter((each) => !about.some(({ kind, slot, seq }) => kind === each.kind && slot === each.slot && seq > each.seq));
    const holds = newest.filter(({ effect }) => !erased || effect === 'erase');
    const { content, ...line } = event;
    return {
      ...line, ...(gone.length > 0 && { from: { ...line.from, nickname: '(deleted)' } }),
      ...(!erased && { content: holds.findLast(({ effect }) => effect === 'replace')?.content ?? content }), effects: holds,
    };
  }

  /** The answer to `lines`. */
  page({ before, after, around, limit = 50 }) {
    const all = this.lines();
    const start = around === undefined ? undefined : Math.max(0, around - 1 - Math.floor(limit / 2));
    const some = after !== undefined ? all.slice(after) : start !== undefined ? all.slice(start) : all.filter(({ line }) => line < (before ?? Infinity));
    const lines = after !== undefined || start !== undefined ? some.slice(0, limit) : some.slice(-limit);
    const quoted = all.filter(({ line }) => lines.some(({ target }) => target === line) && !lines.some((each) => each.line === line));
    return { lines, quoted, lastSeq: this.lastSeq, lastLine: this.lastLine, more: start === undefined ? lines.length < some.length : start > 0 };
  }

  /** The answer to `events`. */
  since({ after, limit = 100 }) {
    const shown = new Map(this.lines().map((line) => [line.line, line]));
    const events = this.events.slice(after, after + limit).map(({ content, ...event }) => {
      const line = shown.get(event.line ?? event.target);
      const holds = !line || event.effect === 'erase' || (line.content && (event.line ? line.content === content : line.effects.some(({ seq }) => seq === event.seq)));
      return holds ? { ...event, content } : event;
    });
    return { events, lastSeq: this.lastSeq, more: after + events.length < this.lastSeq };
  }

  summary(me, peer, stranger) {
    const readLine = me ? (this.read.get(me.id) ?? 0) : this.lastLine;
    const lines = this.lines();
    const mentions = lines.filter(({ line, from, content }) => me && line > readLine && from.id !== me.id && (content?.all || content?.mentions?.includes(me.id))).length;
    return {
      conversation: this.id, kind: peer ? 'direct' : 'lobby', ...(peer && { peer, peerReadLine: this.read.get(peer.id) ?? 0 }), lastSeq: this.lastSeq, lastLine: this.lastLine,
      readLine, unread: this.lastLine - readLine, ...(mentions && { mentions }), ...(lines.length && { last: lines.at(-1) }), ...(stranger && { stranger }),
    };
  }
}
