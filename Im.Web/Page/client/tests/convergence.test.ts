import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lobby, type LogEvent } from '../src/index.ts';
import { lineOfPage } from '../src/fold.ts';
import { asked, jenny, live, settled, stage, tom, type Stage } from './fakes.ts';
import { event, eventsOf, pageOf, summary } from './model.ts';

/** A node and its log. A request is answered as things were when it was asked, however late the answer is. */
class World {
  readonly log: LogEvent[] = [];
  readonly it: Stage;
  #waiting: { frame: ReturnType<typeof asked>[number]; lastSeq: number }[] = [];
  #noticed = 0;
  #sockets = 1;
  readonly #chance: (below: number) => number;

  constructor(it: Stage, chance: (below: number) => number) {
    this.it = it;
    this.#chance = chance;
  }

  get lines(): number {
    return this.log.reduce((count, { line }) => count + (line === undefined ? 0 : 1), 0);
  }

  append(): LogEvent {
    const seq = this.log.length + 1;
    const from = [jenny, tom][this.#chance(2)]!;
    const target = Math.max(1, this.lines - this.#chance(100));
    const kinds = this.lines === 0 ? 0 : this.#chance(1_000);
    const text = { text: `said ${seq}` };
    const made =
      kinds < 400
        ? event(seq, from, { line: this.lines + 1, kind: 'text', content: text, ...(kinds < 100 && target < this.lines ? { target } : {}) })
        : kinds < 700
          ? event(seq, from, { kind: 'reaction', target, effect: 'mark', slot: from.id, content: text })
          : kinds < 950
            ? event(seq, from, { kind: 'edit', target, effect: 'replace', slot: '', content: text })
            : kinds < 998
              ? event(seq, from, { kind: 'recall', target, effect: 'erase', slot: '', content: {} })
              : event(seq, from, { kind: 'erasure', content: { user: from.id, texts: this.#chance(2) === 0 } });
    this.log.push(made);
    return made;
  }

  notice(): void {
    if (this.it.sockets.length !== this.#sockets) [this.#sockets, this.#noticed, this.#waiting] = [this.it.sockets.length, 0, []];
    const frames = asked(this.it.socket());
    for (; this.#noticed < frames.length; this.#noticed++) this.#waiting.push({ frame: frames[this.#noticed]!, lastSeq: this.log.length });
  }

  async answer(): Promise<boolean> {
    this.notice();
    const { frame, lastSeq } = this.#waiting.splice(this.#chance(Math.max(1, this.#waiting.length)), 1)[0] ?? {};
    if (!frame || lastSeq === undefined) return false;
    const { limit = 50 } = frame;
    if (frame.type === 'events') {
      const all = eventsOf(this.log, lastSeq).filter(({ seq }) => seq > frame.after);
      await this.it.socket().says({ type: 'events', id: frame.id, conversation: 'lobby', events: all.slice(0, limit), lastSeq, more: all.length > limit });
    } else {
      const all = pageOf(this.log, lastSeq);
      const { before = Infinity, after, around } = frame;
      const at = around === undefined ? 0 : Math.max(0, around - 1 - Math.floor(limit / 2));
      const lines = around !== undefined ? all.slice(at, at + limit) : after !== undefined ? all.slice(after, after + limit) : all.filter(({ line }) => line < before).slice(-limit);
      const quoted = all.filter(({ line }) => lines.some(({ target }) => target === line) && !lines.some((each) => each.line === line));
      await this.it.socket().says({ type: 'lines', id: frame.id, conversation: 'lobby', lines, quoted, lastSeq, lastLine: all.length, more: false });
    }
    return true;
  }

  async returns(): Promise<void> {
    const before = this.it.socket();
    await before.ends(1006);
    while (this.it.socket() === before) await this.it.clock.advance(250);
    await this.greets();
  }

  async greets(): Promise<void> {
    await this.it.socket().greets({ lobbyLastSeq: this.log.length, lobbyLastLine: this.lines });
  }
}

test('Whatever is lost, late, doubled, asked for or forgotten: what is loaded in the end is what a fresh load shows', async () => {
  for (let seed = 1; seed <= 80; seed++) {
    let state = seed;
    const chance = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const world = new World(stage(), chance);
    const { it } = world;
    for (let count = 100 + chance(400); count > 0; count--) world.append();
    it.client.connect();
    await settled();
    await world.greets();
    const timeline = it.client.timeline(lobby);
    const seen: number[] = [];
    const skipped: number[] = [];
    it.client.on('event', ({ event: { seq } }) => seen.push(seq));
    it.client.on('gap', () => skipped.push(seen.at(-1) ?? 0));
    const late: LogEvent[] = [];
    for (let step = 0; step < 80; step++) {
      const gap = timeline.gaps[chance(Math.max(1, timeline.gaps.length))];
      const some = 1 + chance(world.lines);
      world.notice();
      switch (chance(14)) {
        case 0:
          for (let missed = chance(2) * chance(300); missed > 0; missed--) world.append();
          if (chance(2) === 0) await world.returns();
          else await it.socket().says(live(world.append())); // after a node that was deaf for a while
          break;
        case 1:
        case 2:
          late.push(world.append());
          break;
        case 3:
        case 12:
          for (const each of late.splice(0, 1 + chance(3)).reverse()) await it.socket().says(live(each));
          break;
        case 4:
        case 5:
        case 13: {
          const news = world.append();
          for (let copies = 1 + chance(2); copies > 0; copies--) await it.socket().says(live(news));
          break;
        }
        case 6:
          void (gap ? timeline.loadGap(gap, chance(2) === 0 ? 'start' : 'end', 1 + chance(60)) : timeline.loadOlder());
          break;
        case 7:
          void timeline.loadAround(some, 1 + chance(20));
          break;
        case 8:
          if (chance(3) === 0) timeline.trimAfter(some, 1 + chance(40));
          else void timeline.loadAfter(some, 1 + chance(40));
          break;
        case 9:
          for (const { target } of timeline.lines) if (target !== undefined) timeline.quoted(target);
          break;
        default:
          await world.answer();
      }
    }
    await world.returns();
    while (await world.answer()) await settled();
    const why = `seed ${seed}`;
    const fresh = new Map(pageOf(world.log, world.log.length).map((line) => [line.line, summary(lineOfPage(line))]));
    assert.deepEqual([timeline.lastSeq, timeline.lastLine], [world.log.length, world.lines], why);
    assert.equal(timeline.lines.at(-1)?.line, timeline.lines.length === 0 ? undefined : world.lines, why);
    assert.deepEqual(timeline.lines.map(summary), timeline.lines.map(({ line }) => fresh.get(line)), why);
    const quoted = timeline.lines.flatMap(({ target }) => (target === undefined ? [] : (timeline.quoted(target) ?? [])));
    assert.deepEqual(quoted.map(summary), quoted.map(({ line }) => fresh.get(line)), why);
    assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b), why);
    for (const [index, seq] of seen.entries()) if (index > 0 && seq !== seen[index - 1]! + 1) assert.ok(seq > skipped[0]!, why);
    it.client.disconnect();
  }
});
