import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { moveWithArrows, reachable } from './arrows.ts';
import { folded } from './fold.ts';

const typedWithinMs = 1_000;

/**
 * Makes a list one Tab stop: Up, Down, Home and End move the focus among its links and buttons, and so do the first letters of their `data-name`. Tab comes back to the one
 * that had it, else to the current one (`aria-current`), else to the first.
 */
export function useRoving<List extends HTMLElement>(): { ref: RefObject<List | null>; onKeyDown: (event: KeyboardEvent) => void; onFocusIn: () => void } {
  const ref = useRef<List>(null);
  const typed = useRef({ text: '', at: 0 });
  const items = () => [...(ref.current?.querySelectorAll<HTMLElement>(reachable) ?? [])];
  const makeStop = (stop: HTMLElement | undefined) => {
    for (const item of items()) item.tabIndex = item === stop ? 0 : -1;
  };
  const keepStop = () => {
    const all = items();
    makeStop(all.find((item) => item === document.activeElement) ?? all.find((item) => item.dataset['stop'] !== undefined) ?? all.find((item) => /page|true/.test(item.ariaCurrent ?? '')) ?? all[0]);
  };
  useLayoutEffect(keepStop);

  const onFocusIn = () => {
    for (const item of items()) {
      if (item === document.activeElement) item.dataset['stop'] = '';
      else delete item.dataset['stop'];
    }
    keepStop();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || moveWithArrows(event, ref.current!)) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    if ([...event.key].length !== 1 || (event.key === ' ' && !isTyping())) return;
    event.preventDefault();
    findTyped(event.key, all, at)?.focus();
  };
  const isTyping = () => typed.current.text !== '' && Date.now() - typed.current.at < typedWithinMs;
  // One letter again and again goes on to the next name with it; several are the beginning of one.
  const findTyped = (key: string, all: HTMLElement[], at: number) => {
    const text = isTyping() && typed.current.text !== key ? typed.current.text + key : key;
    typed.current = { text, at: Date.now() };
    const from = [...text].length === 1 ? at + 1 : at;
    return [...all.slice(from), ...all.slice(0, from)].find((item) => folded(item.dataset['name'] ?? '').startsWith(folded(text)));
  };
  return { ref, onKeyDown, onFocusIn };
}
