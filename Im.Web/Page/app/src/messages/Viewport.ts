import { rowAt, spanOf, topsOf, type Span } from './layout.ts';
import type { LineRow, Row } from './rows.ts';

/** Where the view stands: at the end, or with a row's top so many pixels below the top of the box. */
export type Stand = 'end' | { readonly key: string; readonly top: number | 'middle' };

/** What is drawn: a row, or empty space in place of rows. */
export type Part = { readonly row: Row } | { readonly space: number; readonly key: string };

/** Drawn beyond the screen, above and below; drawn anew when less than half of it is left. */
const overscanPx = 800;
const nearEndPx = 30;
/** Where the height is not known yet. */
const usualHeight = 800;
const maxPasses = 8;

/**
 * The part of a conversation that is on the screen: which rows are drawn, and that what one reads stays where it is, whatever is loaded, unfolds or arrives around it.
 *
 * The box is laid out from its end (`flex-direction: column-reverse`: scrollTop is 0 at the end and negative above). So the browser itself keeps the end in view, and what grows above
 * the screen moves nothing; a wrong guess of a height up there is never seen. For the rest there is the stand: one row whose place on the screen is restored after every change, before it is painted.
 *
 * `draw` chooses the rows while drawing, `settle` comes after it, in the layout effect and whenever a size changes.
 */
export class Viewport {
  stand: Stand;
  /** The row that has the focus: it is drawn wherever it is. */
  focused: string | undefined;

  readonly #redraw: () => void;
  readonly #heights = new Map<string, number>();
  #box: HTMLElement | undefined;
  #list: HTMLElement | undefined;
  #rows: readonly Row[] = [];
  #tops: Float64Array = new Float64Array(1);
  #span: Span = { from: 0, to: 0 };
  #parts: readonly Part[] = [];
  /** scrollTop as it was left: another one means that somebody has scrolled. */
  #left = 0;
  #width = 0;
  #held = false;
  #passes = 0;
  #toFocus: { readonly key: string; readonly then?: ((row: HTMLElement) => void) | undefined } | undefined;

  constructor(stand: Stand, redraw: () => void) {
    this.stand = stand;
    this.#redraw = redraw;
  }

  attach(box: HTMLElement, list: HTMLElement): void {
    [this.#box, this.#list] = [box, list];
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Hidden, as on a phone that shows another pane, it has no height, and nothing is near or seen. */
  get isShown(): boolean {
    return (this.#box?.clientHeight ?? 0) > 0;
  }

  get isAtEnd(): boolean {
    return this.stand === 'end';
  }

  /** How far one can still scroll up. */
  get roomAbove(): number {
    const box = this.#box!;
    return box.scrollHeight - box.clientHeight + box.scrollTop;
  }

  /** @returns what is to be drawn of these rows. Called while drawing, when the rows of before are still on the screen. */
  draw(rows: readonly Row[]): readonly Part[] {
    this.noticeScroll();
    this.#rows = rows;
    this.#tops = topsOf(rows, this.#heights);
    if (this.#heights.size > 2 * rows.length + 500) this.#forget();
    const height = this.#box?.clientHeight || usualHeight;
    const top = this.#topOfView(height);
    this.#span = spanOf(this.#tops, top - overscanPx, top + height + overscanPx);
    return (this.#parts = this.#partsOf(this.#span));
  }

  /** Somebody scrolls, or something in their name: where they read is where the view stands from now on. */
  noticeScroll(): void {
    const box = this.#box;
    if (!box || !this.isShown || Math.abs(box.scrollTop - this.#left) < 1) return;
    this.#left = box.scrollTop;
    this.#held = false;
    this.#read();
  }

  /**
   * What was drawn is measured, and the row where the view stands is put in its place. `limit`: a row that stays in view although the view follows the end.
   * @returns false where the screen does not show yet what it is to show: other rows are drawn first.
   */
  settle(limit?: string): boolean {
    const box = this.#box;
    if (!box || !this.isShown) return false;
    this.#measure();
    const isPlaced = this.#place(box, limit);
    if (isPlaced) this.#focusSoon();
    this.#left = box.scrollTop;
    const isDone = isPlaced && this.#covers();
    if (isDone) this.#passes = 0;
    else if (++this.#passes < maxPasses) this.#redraw();
    return isDone;
  }

  toEnd(): void {
    this.standAt('end');
  }

  /** The view stands there from now on. */
  standAt(stand: Stand): void {
    this.#held = false;
    this.stand = stand;
    this.#redraw();
  }

  /** Shows a row, which may be far away, and gives it the focus. */
  show(key: string, top: number | 'middle', then?: (row: HTMLElement) => void): void {
    this.#toFocus = { key, then };
    this.standAt({ key, top });
  }

  /** Keeps a row in its place, though it be off the screen, until somebody scrolls or {@link release}. */
  hold(key: string): void {
    const element = this.elementOf(key);
    if (!element) return;
    this.stand = { key, top: this.#offset(element) };
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }

  /** Brings a row into view by the shortest way, and gives it the focus. */
  focus(key: string): void {
    const element = this.elementOf(key);
    const box = this.#box!;
    if (!element) return this.show(key, 'middle');
    this.focused = key;
    focusable(element)?.focus({ preventScroll: true });
    const top = this.#offset(element);
    const room = box.clientHeight - element.offsetHeight - edgePx;
    const to = Math.max(edgePx, Math.min(top, room));
    if (Math.abs(to - top) < 1) return;
    box.scrollTop += top - to;
    this.noticeScroll();
    if (!this.#covers()) this.#redraw();
  }

  /** The row so far above or below another one. */
  rowBeside(index: number, distance: number): number {
    return rowAt(this.#tops, (this.#tops[index] ?? 0) + distance);
  }

  elementOf(key: string): HTMLElement | undefined {
    const index = this.#parts.findIndex((part) => 'row' in part && part.row.key === key);
    return index < 0 ? undefined : (this.#list?.children[index] as HTMLElement | undefined);
  }

  /** The row that an element is in. */
  rowOf(element: Element): Row | undefined {
    const index = [...(this.#list?.children ?? [])].findIndex((child) => child.contains(element));
    const part = this.#parts[index];
    return part && 'row' in part ? part.row : undefined;
  }

  /** A row is on the screen. */
  shows(key: string): boolean {
    const element = this.elementOf(key);
    if (!element || !this.isShown) return false;
    const top = this.#offset(element);
    return top > -element.offsetHeight && top < this.#box!.clientHeight;
  }

  /** A row begins above the screen. */
  isAbove(key: string): boolean {
    const element = this.elementOf(key);
    return element && this.isShown ? this.#offset(element) < 0 : this.#rows.slice(0, this.#span.from).some((row) => row.key === key);
  }

  /** The lowest stored line of which most is on the screen, or which fills most of it. */
  lowestShown(): LineRow | undefined {
    const height = this.#box!.clientHeight;
    return this.#drawn().findLast(({ row, element }) => {
      if (row.kind !== 'line' || row.outgoing) return false;
      const top = this.#offset(element);
      const shown = Math.min(height, top + element.offsetHeight) - Math.max(0, top);
      return shown >= Math.min(element.offsetHeight, height) / 2;
    })?.row as LineRow | undefined;
  }

  #drawn(): { row: Row; element: HTMLElement }[] {
    const children = this.#list!.children;
    return this.#parts.flatMap((part, index) => ('row' in part && children[index] ? [{ row: part.row, element: children[index] as HTMLElement }] : []));
  }

  #offset(element: HTMLElement): number {
    return element.getBoundingClientRect().top - this.#box!.getBoundingClientRect().top - this.#box!.clientTop;
  }

  #topOfView(height: number): number {
    if (this.stand !== 'end') {
      const { key, top } = this.stand;
      const index = this.#rows.findIndex((row) => row.key === key);
      if (index >= 0) return this.#tops[index]! - (top === 'middle' ? height / 2 : top);
      if (this.#rows.length > 0) this.stand = 'end'; // it is gone
    }
    return this.#tops.at(-1)! - height;
  }

  #partsOf({ from, to }: Span): Part[] {
    const focused = this.focused === undefined ? -1 : this.#rows.findIndex(({ key }) => key === this.focused);
    const parts: Part[] = [];
    let at = 0;
    const space = (until: number, key: string) => {
      if (until > at) parts.push({ space: this.#tops[until]! - this.#tops[at]!, key });
      at = until;
    };
    const draw = (until: number) => {
      while (at < until) parts.push({ row: this.#rows[at++]! });
    };
    if (focused >= 0 && focused < from) {
      space(focused, 'space far above');
      draw(focused + 1);
    }
    space(from, 'space above');
    draw(to);
    if (focused >= to) {
      space(focused, 'space below');
      draw(focused + 1);
    }
    space(this.#rows.length, 'space far below');
    return parts;
  }

  #measure(): void {
    const width = this.#box!.clientWidth;
    if (width !== this.#width) this.#heights.clear();
    this.#width = width;
    for (const { row, element } of this.#drawn()) this.#heights.set(row.key, element.getBoundingClientRect().height);
  }

  #forget(): void {
    const keys = new Set(this.#rows.map(({ key }) => key));
    for (const key of this.#heights.keys()) if (!keys.has(key)) this.#heights.delete(key);
  }

  /** @returns whether the row where the view stands was there. */
  #place(box: HTMLElement, limit: string | undefined): boolean {
    if (this.stand === 'end') {
      box.scrollTop = 0;
      if (limit === undefined || !this.isAbove(limit)) return true;
      this.stand = { key: limit, top: edgePx };
    }
    const element = this.elementOf(this.stand.key);
    if (!element) return false;
    const { top } = this.stand;
    const wanted = top === 'middle' ? Math.max(edgePx, (box.clientHeight - element.offsetHeight) / 2) : top;
    const by = this.#offset(element) - wanted;
    if (Math.abs(by) >= 1) box.scrollTop += by;
    if (!this.#held) this.#read();
    return true;
  }

  /** Stands where the screen shows: at the end, or with the topmost line that is on it. */
  #read(): void {
    const box = this.#box!;
    if (-box.scrollTop < nearEndPx) return void (this.stand = 'end');
    const drawn = this.#drawn();
    const top = drawn.find(({ row, element }) => row.kind === 'line' && this.#offset(element) + element.offsetHeight > 0);
    if (top && this.#offset(top.element) < box.clientHeight) return void (this.stand = { key: top.row.key, top: this.#offset(top.element) });
    const viewTop = -this.#offset(this.#list!);
    const index = rowAt(this.#tops, viewTop);
    if (this.#rows[index]) this.stand = { key: this.#rows[index]!.key, top: this.#tops[index]! - viewTop };
  }

  #covers(): boolean {
    const { from, to } = this.#span;
    const first = this.#rows[from] && this.elementOf(this.#rows[from]!.key);
    const last = this.#rows[to - 1] && this.elementOf(this.#rows[to - 1]!.key);
    if (!first || !last) return this.#rows.length === 0;
    const isAbove = from === 0 || this.#offset(first) <= -overscanPx / 2;
    return isAbove && (to === this.#rows.length || this.#offset(last) + last.offsetHeight >= this.#box!.clientHeight + overscanPx / 2);
  }

  /** Rows that somebody has scrolled to are missing. */
  get needsRows(): boolean {
    return this.isShown && !this.#covers();
  }

  #focusSoon(): void {
    const element = this.#toFocus && this.elementOf(this.#toFocus.key);
    if (!element) return;
    const { key, then } = this.#toFocus!;
    this.#toFocus = undefined;
    this.focused = key;
    focusable(element)?.focus({ preventScroll: true });
    then?.(element);
  }
}

/** What is put into view does not stand at the very edge. */
const edgePx = 8;

/** What takes the focus of a row: a line itself, else the button in it. */
export const focusable = (row: HTMLElement): HTMLElement | null => (row.matches('[tabindex]') ? row : row.querySelector('button'));
