import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const nearBottomPx = 60;
const loadWithinPx = 600;

export interface ScrollOptions {
  /** The topmost line's number, and a name for the newest. */
  first: number | undefined;
  last: unknown;
  /** Names the gaps: changes when messages join within. */
  gaps: string;
  onTop: () => void;
}

/**
 * Keeps the newest message in view while it was in view, and what one reads in its place when messages join above: the topmost one, unless {@link holdAt} said another.
 * `onTop` is called near the top.
 */
export function useScroll(box: RefObject<HTMLDivElement | null>, { first, last, gaps, onTop }: ScrollOptions) {
  const [atBottom, setAtBottom] = useState(true);
  const stick = useRef(true);
  const held = useRef<number | undefined>(undefined);
  const firstBefore = useRef(first);
  // Read while drawing, when the old messages are still the ones on the screen.
  const anchor = held.current ?? firstBefore.current;
  const anchorTop = topOf(box.current, anchor);

  const toBottom = () => {
    stick.current = true;
    box.current!.scrollTop = box.current!.scrollHeight;
  };
  const holdAt = (line: number | undefined) => {
    held.current = line;
    stick.current &&= line === undefined;
  };
  /** The topmost line in view. */
  const topLine = () => {
    const top = box.current!.getBoundingClientRect().top;
    const shown = [...box.current!.querySelectorAll<HTMLElement>('[data-line]')].find((each) => each.getBoundingClientRect().bottom > top);
    return Number(shown?.dataset.line ?? 0);
  };

  useLayoutEffect(() => {
    const element = box.current!;
    const top = topOf(element, anchor);
    if (stick.current) element.scrollTop = element.scrollHeight;
    else if (top !== undefined && anchorTop !== undefined) element.scrollTop += top - anchorTop;
    firstBefore.current = first;
    if (element.clientHeight > 0 && element.scrollTop < loadWithinPx) onTop(); // a phone may show another pane: nothing is near then
  }, [first, last, gaps]);

  useEffect(() => {
    const element = box.current!;
    let height = element.clientHeight;
    const scrolled = () => {
      if (element.clientHeight !== height) return; // nobody scrolled: the composer has grown, and the observer comes next
      stick.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottomPx;
      setAtBottom(stick.current);
      if (element.scrollTop < loadWithinPx) onTop();
    };
    // A keyboard that comes up, a line that unfolds: the bottom moves, and we with it.
    const resized = new ResizeObserver(() => {
      height = element.clientHeight;
      if (stick.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    resized.observe(element.firstElementChild!);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [onTop]);

  return { atBottom, toBottom, holdAt, topLine };
}

function topOf(box: HTMLElement | null, line: number | undefined): number | undefined {
  return line === undefined ? undefined : box?.querySelector(`[data-line="${line}"]`)?.getBoundingClientRect().top;
}
