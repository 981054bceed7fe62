import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const nearBottomPx = 60;
const loadWithinPx = 600;

/**
 * Keeps the newest message in view while it was in view, and what one reads in its place when older messages join above.
 * `first` names the topmost message, `last` the newest; `onTop` is called near the top, `onBottom` each time the bottom is reached.
 */
export function useScroll(box: RefObject<HTMLDivElement | null>, { first, last, onTop }: { first: unknown; last: unknown; onTop: () => void }) {
  const [atBottom, setAtBottom] = useState(true);
  const stick = useRef(true);
  const firstBefore = useRef(first);
  // Read while drawing, when the old messages are still the ones on the screen.
  const fromBottom = box.current ? box.current.scrollHeight - box.current.scrollTop : 0;

  const toBottom = () => {
    stick.current = true;
    box.current!.scrollTop = box.current!.scrollHeight;
  };

  useLayoutEffect(() => {
    const element = box.current!;
    if (stick.current) element.scrollTop = element.scrollHeight;
    else if (firstBefore.current !== first) element.scrollTop = element.scrollHeight - fromBottom;
    firstBefore.current = first;
    if (element.scrollTop < loadWithinPx) onTop();
  }, [first, last]);

  useEffect(() => {
    const element = box.current!;
    const scrolled = () => {
      stick.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottomPx;
      setAtBottom(stick.current);
      if (element.scrollTop < loadWithinPx) onTop();
    };
    // A keyboard that comes up, a line that unfolds: the bottom moves, and we with it.
    const resized = new ResizeObserver(() => stick.current && (element.scrollTop = element.scrollHeight));
    resized.observe(element);
    resized.observe(element.firstElementChild!);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [onTop]);

  return { atBottom, toBottom };
}
