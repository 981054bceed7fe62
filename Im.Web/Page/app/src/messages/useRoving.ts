import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo } from 'preact/hooks';
import type { Row } from './rows.ts';
import type { Viewport } from './Viewport.ts';

const inner = 'a[href], button, input, select, textarea, summary';
/** They have arrow keys of their own. */
const withOwnKeys = 'input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=listbox], [role=radiogroup], .actions';

/**
 * The list is one stop of the Tab key: the current line, and then what is in it. Arrow keys, Home, End and the page keys make another line the current one.
 * What is in the other lines is no stop; whoever draws it need not know.
 */
export function useRoving(view: Viewport, box: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>) {
  const roving = useMemo(() => new Roving(view, box, list), [view]);
  useLayoutEffect(() => {
    const element = list.current!;
    const observer = new MutationObserver(() => roving.setStops());
    observer.observe(element, { childList: true, subtree: true });
    roving.setStops();
    const around = box.current!;
    around.addEventListener('focusin', roving.focused);
    around.addEventListener('focusout', roving.blurred);
    around.addEventListener('keydown', roving.pressed);
    return () => {
      observer.disconnect();
      around.removeEventListener('focusin', roving.focused);
      around.removeEventListener('focusout', roving.blurred);
      around.removeEventListener('keydown', roving.pressed);
    };
  }, [roving]);
  return roving;
}

class Roving {
  readonly #view: Viewport;
  readonly #box: RefObject<HTMLElement | null>;
  readonly #list: RefObject<HTMLElement | null>;
  /** What was taken out of the Tab order here, and is put back here. */
  readonly #out = new WeakSet<Element>();
  #current: string | undefined;

  constructor(view: Viewport, box: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>) {
    [this.#view, this.#box, this.#list] = [view, box, list];
  }

  /** The current line; where it is not drawn any more, the lowest one that is on the screen. */
  get current(): string | undefined {
    if (this.#current !== undefined && this.#view.elementOf(this.#current)) return this.#current;
    return this.#view.isShown ? (this.#view.lowestShown() ?? this.#view.rows.findLast(isStop))?.key : undefined;
  }

  setStops(): void {
    const current = this.current;
    const row = current === undefined ? undefined : this.#view.elementOf(current);
    for (const child of this.#list.current!.children) {
      const isCurrent = child === row;
      if (child.matches('[tabindex]')) (child as HTMLElement).tabIndex = isCurrent ? 0 : -1;
      for (const each of child.querySelectorAll<HTMLElement>(inner)) {
        if (isCurrent && this.#out.delete(each)) each.removeAttribute('tabindex');
        else if (!isCurrent && !each.hasAttribute('tabindex')) {
          each.tabIndex = -1;
          this.#out.add(each);
        }
      }
    }
  }

  readonly focused = ({ target }: FocusEvent): void => {
    const row = this.#view.rowOf(target as Element);
    this.#view.focused = row?.key;
    if (row) this.#current = row.key;
    this.setStops();
  };

  readonly blurred = ({ relatedTarget }: FocusEvent): void => {
    if (!this.#list.current!.contains(relatedTarget as Element | null)) this.#view.focused = undefined;
  };

  readonly pressed = (event: KeyboardEvent): void => {
    const target = event.target as Element;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || target.closest(withOwnKeys)) return;
    const { rows } = this.#view;
    const current = this.current;
    const at = rows.findIndex(({ key }) => key === current);
    const to = this.#target(event.key, rows, at);
    if (to === undefined) return;
    event.preventDefault();
    if (to) this.#view.focus(to.key);
  };

  /** undefined: the key means nothing here; null: there is nothing further. */
  #target(key: string, rows: readonly Row[], at: number): Row | null | undefined {
    switch (key) {
      case 'ArrowUp':
        return rows.findLast((row, index) => index < at && isStop(row)) ?? null;
      case 'ArrowDown':
        return rows.find((row, index) => index > at && isStop(row)) ?? null;
      case 'Home':
        return rows.find(isStop) ?? null;
      case 'End':
        return rows.findLast(isStop) ?? null;
      case 'PageUp': {
        const to = this.#view.rowBeside(at, -this.#box.current!.clientHeight);
        return rows.findLast((row, index) => index <= to && isStop(row)) ?? rows.find(isStop) ?? null;
      }
      case 'PageDown': {
        const to = this.#view.rowBeside(at, this.#box.current!.clientHeight);
        return rows.find((row, index) => index >= to && isStop(row)) ?? rows.findLast(isStop) ?? null;
      }
      default:
        return undefined;
    }
  }
}

/** What the arrow keys reach: lines, and rows with a button. */
const isStop = ({ kind }: Row): boolean => kind === 'line' || kind === 'gap' || kind === 'day';

