import type { Line, Timeline } from '@im/client';
import { chatOf, keptUnread, listKnown, reading, readTo } from '../state/chats.ts';
import { connection, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import type { Place } from './places.ts';
import { isNews, newKeyOf } from './rows.ts';
import type { Viewport } from './Viewport.ts';

/** A few of what was read already, so that one finds one's feet. */
const contextLines = 8;

/**
 * What of a conversation was read: what was on the screen while somebody looked. What came without being seen begins with a divider, and the view follows the end
 * only as long as that is in it.
 */
export class Reading {
  /** Every line up to here was read before those came that are new. Stays until there is something new again. */
  newAfter: number | undefined;
  /** The newest line that was on the screen with somebody looking. */
  seen = 0;

  /** The view cannot stand yet where it is to stand: see {@link open}. */
  isPlaceMissing = false;

  readonly #chat: ChatKey;
  readonly #timeline: Timeline;
  readonly #view: Viewport;
  readonly #redraw: () => void;
  /** Where the view is to stand when it opens, though that may have to be loaded first. */
  #opensAt: number | undefined;
  #isKnown = false;
  #isOpen = false;
  /** From an earlier visit, before a node was reached: it is not taken away again until it is known what is to be shown. */
  #isShown = false;
  #newest: number | undefined;
  #follows = true;
  #sawDivider = false;

  constructor(chat: ChatKey, timeline: Timeline, view: Viewport, place: Place | undefined, redraw: () => void) {
    [this.#chat, this.#timeline, this.#view, this.#redraw] = [chat, timeline, view, redraw];
    if (!place) return;
    [this.newAfter, this.seen, this.#opensAt] = [place.newAfter, place.seen, place.line];
  }

  /** Called while drawing. @returns whether the lines are to be shown: how far they were read is known, and the place where reading goes on is loaded. */
  draw(lines: readonly Line[], isLooking: boolean, isSending: boolean): boolean {
    const isAlone = connection.value.phase !== 'ready';
    if (!this.#isKnown && me.value && !listKnown.value) {
      this.#isShown ||= isAlone && lines.length > 0;
      return isAlone || this.#isShown;
    }
    if (!this.#isKnown) this.#begin(isSending);
    const newest = lines.at(-1);
    if (!newest) return true;
    if (newest.line < (this.#newest ?? 0)) [this.seen, this.newAfter] = [newest.line, undefined]; // another life of the store
    if (this.#newest === undefined && this.newAfter === undefined) this.seen = Math.max(this.seen, newest.line);
    if (this.#newest !== undefined && newest.line > this.#newest) this.#arrived(lines, this.#newest, isLooking);
    this.#newest = newest.line;
    this.#isOpen ||= this.#opensAt === undefined || this.#timeline.find(this.#opensAt) !== undefined;
    this.isPlaceMissing = !this.#isOpen;
    return this.#isOpen || isAlone || this.#isShown;
  }

  /** The divider stays in view, though the view follows the end. */
  get limit(): string | undefined {
    return this.#follows || this.newAfter === undefined ? undefined : newKeyOf(this.newAfter);
  }

  /** So many lines, the new ones before those that are loaded, are between the place where reading stopped and what is shown. */
  get away(): number {
    const first = this.#timeline.lines[0]?.line ?? 0;
    return this.newAfter === undefined || !this.#timeline.hasOlder ? 0 : Math.max(0, first - this.newAfter - 1);
  }

  /** What is new begins above the screen, and was not on it yet. */
  get isDividerAhead(): boolean {
    return this.newAfter !== undefined && !this.#sawDivider && (this.away > 0 || (this.#view.isAbove(newKeyOf(this.newAfter)) && !this.#view.shows(newKeyOf(this.newAfter))));
  }

  /** Loads the place where the view is to stand. */
  async open(): Promise<void> {
    const at = this.#opensAt;
    if (!this.isPlaceMissing || at === undefined) return;
    await (this.newAfter === at - 1 ? this.loadPlace() : this.#timeline.loadAround(at)).catch(() => {});
    this.#isOpen = true;
    this.#redraw();
  }

  loadPlace(): Promise<void> {
    return this.#timeline.loadAfter(Math.max(0, this.newAfter! - contextLines));
  }

  /** Somebody is at the end, and wants to stay there. */
  follow(): void {
    this.#follows = true;
  }

  /** Marked unread from a line on: what is new begins there again. */
  putBack(line: number): void {
    this.newAfter = line - 1;
    this.seen = Math.min(this.seen, line - 1);
  }

  /** Called when what is on the screen has changed, before it is painted. */
  look(isLooking: boolean): void {
    const isSeen = isLooking && this.#view.isShown && this.#isKnown && this.#isOpen;
    const isAtEnd = this.#view.isAtEnd;
    reading.value = isSeen && isAtEnd ? this.#chat : undefined;
    if (!isSeen) return;
    const line = isAtEnd ? this.#newest : this.#view.lowestShown()?.line.line;
    if (line === undefined) return;
    if (this.newAfter !== undefined && this.#view.shows(newKeyOf(this.newAfter))) this.#sawDivider = true;
    if (isAtEnd) this.#follows = true;
    if (keptUnread.value === this.#chat) return;
    readTo(this.#chat, line);
    if (line <= this.seen) return;
    this.seen = line;
    if (!isAtEnd) this.#redraw(); // fewer are new
  }

  // Whoever has something on its way to the end is there.
  #begin(isSending: boolean): void {
    this.#isKnown = true;
    const { unread, readLine } = chatOf(this.#chat);
    if (!me.value || unread === 0) return;
    this.seen = Math.max(this.seen, readLine);
    this.newAfter = this.seen;
    if (this.#opensAt !== undefined || isSending) return;
    this.#opensAt = this.newAfter + 1;
    this.#follows = false;
  }

  // What comes live before the eyes of somebody is followed. What came while nobody looked, or before the connection was back, is not.
  #arrived(lines: readonly Line[], before: number, isLooking: boolean): void {
    const isSeen = isLooking && lines.slice(lines.findLastIndex(({ line }) => line <= before) + 1).every(({ via }) => via);
    if (isSeen || !lines.some((each) => each.line > this.seen && isNews(each, me.value))) return;
    this.newAfter = this.seen;
    this.#sawDivider = false;
    this.#follows = this.away > 0;
  }
}
