import type { Clock } from './clock.ts';
import { Emitter } from './events.ts';
import { fold, foldAll, isLine, lineOfPage, merge } from './fold.ts';
import { gapBetween, gapsOf, type Gap } from './gap.ts';
import type { Addressee, EventsPage, Line, LinesPage, LinesRequest, LogEnd, LogEvent } from './protocol.ts';

/** What a timeline needs from its client. */
export interface TimelinePort {
  readonly clock: Clock;
  readonly maxFillEvents: number;
  lines(addressee: Addressee, request: LinesRequest): Promise<LinesPage>;
  events(addressee: Addressee, after: number, limit: number): Promise<EventsPage>;
  /** The next event of the stream, and the line that it made or changed, where that is loaded. */
  arrived(timeline: Timeline, event: LogEvent, line: Line | undefined): void;
  skipped(timeline: Timeline, gap: Gap): void;
}

const pageEvents = 100;
const pageLines = 50;
const maxHeld = 1_000;
const maxUnwatched = 500;
const keptUnwatched = 250;
const emptyHoleTries = 5;
const emptyHoleMs = 250;

/**
 * The loaded lines of one conversation, each once and as all events up to {@link lastSeq} leave it, whatever order things arrive in.
 * It grows at the end with what is live (`event` of the client), at the front with {@link loadOlder}, and within gaps with {@link loadGap}.
 * Whoever listens to `change` bounds it with {@link trim}; while nobody does, every 500 live events it forgets all but the newest 250 lines.
 */
export class Timeline extends Emitter<{ change: Timeline }> {
  addressee: Addressee;

  readonly #port: TimelinePort;
  #lines: readonly Line[] = [];
  #gaps: readonly Gap[] = [];
  /** Live events that wait for what is before them. */
  readonly #held = new Map<number, LogEvent>();
  /** Lines that loaded ones reply to, and that are not loaded themselves; undefined while one is asked for, or where there is none. */
  readonly #quoted = new Map<number, Line | undefined>();
  #lastSeq: number | undefined;
  #lastLine: number | undefined;
  #newestHeard = 0;
  /** The first line there is for us: in a room that which said that we joined, perhaps. */
  #firstLine = 1;
  /** What lies between two lines and is not ours either. */
  #hidden: readonly Gap[] = [];
  #unwatched = 0;
  #healing: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  /** What was asked for before everything was dropped is of no use after it. */
  #life = 0;
  #asking = 0;
  /** Events that came while a page was asked for: they may be newer than the page. */
  #meanwhile: LogEvent[] = [];

  constructor(addressee: Addressee, port: TimelinePort) {
    super();
    this.addressee = addressee;
    this.#port = port;
  }

  /** Ascending. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** What is not loaded between the first and the last of {@link lines}, ascending. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  get hasOlder(): boolean {
    return this.#lines.length > 0 ? this.#lines[0]!.line > this.#firstLine : this.#lastLine !== 0;
  }

  /** Every event up to here has been received, or was there before; undefined until anything is known. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  get lastLine(): number | undefined {
    return this.#lastLine;
  }

  /** A loaded line. */
  find(line: number): Line | undefined {
    return this.#lines.find((each) => each.line === line);
  }

  /** A line to quote. One that is not there is asked for, once; `change` tells when it is. */
  quoted(line: number): Line | undefined {
    const found = this.find(line) ?? this.#quoted.get(line);
    if (found || this.#quoted.has(line)) return found;
    this.#quoted.set(line, undefined);
    void this.#read({ before: line + 1, limit: 1 }, (page) => {
      this.#quote(page, page.lines.filter((each) => each.line === line));
      this.emit('change', this);
    }).catch(() => this.#quoted.delete(line));
    return undefined;
  }

  /** Begins with what was loaded in an earlier visit, and goes on from there as after an absence. @returns false where something is known already. */
  restore(lines: readonly Line[], { lastSeq, lastLine }: LogEnd): boolean {
    if (this.#lastSeq !== undefined) return false;
    [this.#lastSeq, this.#lastLine] = [lastSeq, lastLine];
    this.#show(lines);
    return true;
  }

  /** Takes a live event; asks for what is missing before it. */
  accept(event: LogEvent): void {
    this.#newestHeard = Math.max(this.#newestHeard, event.seq);
    this.#lastSeq ??= event.seq - 1;
    if (event.seq <= this.#lastSeq) return;
    if (this.#held.size < maxHeld) this.#held.set(event.seq, event);
    this.#append([]);
    if (this.#lastSeq < this.#newestHeard) void this.#heal();
  }

  /** The conversation has come so far: starts there, or goes on from the last event received up to it. */
  async catchUp({ lastSeq, lastLine }: LogEnd): Promise<void> {
    this.#newestHeard = Math.max(this.#newestHeard, lastSeq);
    if (this.#lastSeq === undefined) [this.#lastSeq, this.#lastLine] = [lastSeq, lastLine];
    if (this.#lastSeq < this.#newestHeard) await this.#heal();
  }

  /** Reads whatever came after the last event received. */
  async readForward(): Promise<void> {
    await this.#heal();
  }

  /** The store has begun another life: nothing that is known holds. What was shown is loaded anew. */
  startAnew(): void {
    const wasShown = this.#lines.length > 0;
    this.#drop();
    this.#held.clear();
    this.#lastSeq = this.#lastLine = undefined;
    this.#newestHeard = 0;
    this.emit('change', this);
    if (wasShown) void this.loadOlder().catch(() => {});
  }

  /** Reads the page before the oldest line loaded, the newest page at first. Calls while one is under way share it. */
  loadOlder(limit = pageLines): Promise<void> {
    this.#unwatched = 0; // what is read page by page is not forgotten between two
    return (this.#loading ??= this.#load(this.#loadOlder(limit)));
  }

  /** Reads a page of a gap: from its `start`, on from the lines before it, or from its `end`, back from the lines after it. */
  async loadGap(gap: Gap, side: 'start' | 'end', limit = pageLines): Promise<void> {
    if (await this.#loadWithin(side === 'start' ? { after: gap.afterLine, limit } : { before: gap.beforeLine, limit })) this.emit('change', this);
  }

  /** Reads the page after a line, older than anything loaded, such as where somebody stopped reading: what lies between is a gap. */
  async loadAfter(line: number, limit = pageLines): Promise<void> {
    while (this.#loading) await this.#loading;
    await (this.#loading = this.#load(this.#loadWithin({ after: line, limit })));
  }

  /** Reads the lines around one, such as one that is quoted, unless it is there. */
  async loadAround(line: number, limit = pageLines): Promise<void> {
    while (this.#loading) await this.#loading;
    if (!this.find(line)) await (this.#loading = this.#load(this.#loadWithin({ around: line, limit })));
  }

  /**
   * The first line at or after a time; undefined where all are older. Halves what is in question until one is left, for lines are found by number alone:
   * 3,000 lines take at most 12 questions for one line each, a million 20.
   */
  async lineSince(at: number): Promise<number | undefined> {
    const end = (this.#lastLine ?? 0) + 1;
    let [low, high] = [1, end];
    for (const line of this.#lines) {
      if (line.at < at) low = Math.max(low, line.line + 1);
      else high = Math.min(high, line.line);
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      const [line] = (await this.#port.lines(this.addressee, { after: middle - 1, limit: 1 })).lines;
      if (line && line.at < at) low = middle + 1;
      else high = middle;
    }
    return low < end ? low : undefined;
  }

  /** Forgets all but the newest `keep` lines, to bound memory; they can be loaded again. */
  trim(keep: number): void {
    if (this.#lines.length > keep) this.#show(this.#lines.slice(-keep));
  }

  /** Forgets, to bound memory, what lies between the `keep` lines after `line`, where somebody reads, and the newest `keep`: it is a gap then. */
  trimAfter(line: number, keep: number): void {
    const from = this.#lines.filter((each) => each.line <= line).length + keep;
    const to = this.#lines.length - keep;
    if (from < to) this.#show([...this.#lines.slice(0, from), ...this.#lines.slice(to)]);
  }

  #show(lines: readonly Line[]): void {
    this.#setLines(lines);
    for (const line of this.#quoted.keys()) if (!lines.some(({ target }) => target === line)) this.#quoted.delete(line);
    this.emit('change', this);
  }

  #setLines(lines: readonly Line[]): void {
    this.#lines = lines;
    this.#gaps = gapsOf(lines).filter((gap) => !this.#hidden.some(({ afterLine, beforeLine }) => afterLine <= gap.afterLine && gap.beforeLine <= beforeLine));
  }

  #drop(): void {
    this.#life++;
    this.#meanwhile = [];
    this.#firstLine = 1;
    this.#hidden = [];
    this.#quoted.clear();
    this.#setLines([]);
  }

  // Whoever hears of the change may ask for the next page at once.
  async #load(joining: Promise<boolean>): Promise<void> {
    const joined = await joining.finally(() => (this.#loading = undefined));
    if (joined) this.emit('change', this);
  }

  async #loadOlder(limit: number): Promise<boolean> {
    while (this.hasOlder) {
      const before = this.#lines[0]?.line ?? (this.#lastLine === undefined ? undefined : this.#lastLine + 1);
      const joined = await this.#read(before === undefined ? { limit } : { before, limit }, (page) => {
        // Live lines may have come since: the page joins only if it reaches up to the first of them.
        const first = this.#lines[0];
        if (first && (before ?? page.lastLine + 1) < first.line) return false;
        if (!page.more) this.#firstLine = page.lines[0]?.line ?? first?.line ?? page.lastLine + 1;
        if (this.#lastSeq === undefined) [this.#lastSeq, this.#lastLine] = [page.lastSeq, page.lastLine];
        this.#lastLine ??= page.lines.filter(({ seq }) => seq <= this.#lastSeq!).at(-1)?.line ?? (page.lines[0]?.line ?? 1) - 1;
        this.#join(page, before === undefined ? {} : { before });
        return true;
      });
      if (joined) return true;
    }
    return false;
  }

  async #loadWithin(request: LinesRequest): Promise<boolean> {
    const joined = await this.#read(request, (page) => {
      if (this.#lines.length === 0) return false; // without the newest lines at the end nobody could tell what is missing there
      this.#join(page, request);
      return true;
    });
    return joined === true;
  }

  /** Asks for a page, and keeps what comes meanwhile until it has joined. undefined where everything was dropped meanwhile. */
  async #read<Result>(request: LinesRequest, join: (page: LinesPage) => Result): Promise<Result | undefined> {
    const life = this.#life;
    this.#asking++;
    try {
      const page = await this.#port.lines(this.addressee, request);
      return life === this.#life ? join(page) : undefined;
    } finally {
      if (--this.#asking === 0) this.#meanwhile = [];
    }
  }

  // What is newer than the stream comes with the stream.
  #join(page: LinesPage, request: LinesRequest = {}): void {
    const known = new Map(this.#lines.map((line) => [line.line, line]));
    for (const line of this.#upToNow(page, page.lines)) {
      const there = known.get(line.line);
      if (line.seq <= this.#lastSeq!) known.set(line.line, there ? merge(there, line) : line);
    }
    this.#hide(request, page);
    this.#setLines([...known.values()].sort((a, b) => a.line - b.line));
    this.#quote(page, page.quoted ?? []);
  }

  // Lines have no gaps, so what a page leaves out where it was asked is not for this user.
  #hide({ before, after }: LinesRequest, { lines, lastLine, more }: LinesPage): void {
    const [first, last] = [lines[0]?.line, lines.at(-1)?.line];
    const holes = gapsOf(lines);
    if (before !== undefined && last !== undefined && last < lastLine) holes.push(...gapBetween(last, before));
    if (after !== undefined) holes.push(...gapBetween(after, first ?? (more ? after + 1 : lastLine + 1)));
    if (holes.length > 0) this.#hidden = [...this.#hidden, ...holes];
  }

  #quote(page: LinesPage, lines: readonly Line[]): void {
    for (const line of this.#upToNow(page, lines)) {
      const there = this.#quoted.get(line.line);
      this.#quoted.set(line.line, there ? merge(there, line) : line);
    }
  }

  #upToNow({ lastSeq }: LinesPage, lines: readonly Line[]): Line[] {
    const later = this.#meanwhile.filter(({ seq }) => seq > lastSeq);
    return lines.map((line) => later.reduce(fold, lineOfPage(line)));
  }

  #heal(): Promise<void> {
    return (this.#healing ??= this.#fillForward()
      .catch(() => {}) // refused for good: the next event or reconnect asks again
      .finally(() => (this.#healing = undefined)));
  }

  async #fillForward(): Promise<void> {
    let emptyTries = 0;
    let more = true;
    while (this.#lastSeq !== undefined && (more || this.#lastSeq < this.#newestHeard)) {
      const [from, life] = [this.#lastSeq, this.#life];
      if (this.#newestHeard - from - this.#held.size > this.#port.maxFillEvents) {
        more = !(await this.#skip());
      } else {
        const page = await this.#port.events(this.addressee, from, pageEvents);
        if (life !== this.#life) continue;
        this.#newestHeard = Math.max(this.#newestHeard, page.lastSeq);
        this.#append(page.events);
        more = page.more;
      }
      if (this.#lastSeq > from) emptyTries = 0;
      else if (!more && this.#lastSeq < this.#newestHeard && !(await this.#mayAskAgain(++emptyTries))) return;
    }
  }

  // Too much to read before going on: what is held may have been changed in between, so it is dropped, and the newest page is next.
  async #skip(): Promise<boolean> {
    const page = await this.#read({ limit: pageLines }, (read) => read);
    const [seqBefore, lineBefore] = [this.#lastSeq, this.#lastLine];
    if (!page || seqBefore === undefined || page.lastSeq <= seqBefore) return false;
    this.#drop();
    [this.#lastSeq, this.#lastLine] = [page.lastSeq, page.lastLine];
    this.#newestHeard = Math.max(this.#newestHeard, page.lastSeq);
    this.#join(page);
    const [gap] = gapBetween(lineBefore ?? Infinity, this.#lines[0]?.line ?? page.lastLine + 1);
    if (gap) this.#port.skipped(this, gap);
    for (const line of this.#lines) if (line.seq > seqBefore) this.#port.arrived(this, line, line);
    this.emit('change', this);
    this.#append([]);
    return true;
  }

  // The numbers have no gaps, so a hole that the log does not know either is a fault elsewhere: better a hole than a conversation that stands still.
  async #mayAskAgain(tries: number): Promise<boolean> {
    if (tries < emptyHoleTries) {
      await new Promise<void>((resolve) => this.#port.clock.setTimeout(resolve, emptyHoleMs * 2 ** tries));
      return true;
    }
    const next = Math.min(...this.#held.keys());
    if (next === Infinity) {
      this.#newestHeard = this.#lastSeq!;
      return false;
    }
    this.#lastSeq = next - 1;
    this.#append([]);
    return true;
  }

  #append(page: readonly LogEvent[]): void {
    const fresh: LogEvent[] = [];
    for (const event of page) {
      if (event.seq <= this.#lastSeq!) continue; // a hole in a page is not ours to read: who was not in the room then
      fresh.push(this.#held.get(event.seq) ?? event);
      this.#lastSeq = event.seq;
    }
    for (let next = this.#held.get(this.#lastSeq! + 1); next; next = this.#held.get(this.#lastSeq! + 1)) {
      fresh.push(next);
      this.#lastSeq = next.seq;
    }
    for (const seq of this.#held.keys()) if (seq <= this.#lastSeq!) this.#held.delete(seq);
    if (fresh.length === 0) return;
    // All of them before anybody hears of one: what a later one replaced has no content by itself.
    this.#setLines(fresh.reduce(foldAll, this.#lines));
    for (const event of fresh) this.#remember(event);
    for (const event of fresh) this.#port.arrived(this, event, this.find(event.line ?? event.target ?? 0));
    this.emit('change', this);
    this.#unwatched = this.hears('change') ? 0 : this.#unwatched + fresh.length;
    if (this.#unwatched < maxUnwatched) return;
    this.#unwatched = 0;
    this.trim(keptUnwatched);
  }

  #remember(event: LogEvent): void {
    if (isLine(event)) {
      this.#lastLine = event.line;
      return;
    }
    if (this.#asking > 0) this.#meanwhile.push(event);
    for (const [line, quoted] of this.#quoted) if (quoted) this.#quoted.set(line, fold(quoted, event));
  }
}
