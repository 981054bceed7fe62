import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { isLong } from './length.ts';

/** The long texts that somebody chose to see whole, for as long as the page is open. */
const unfolded = new Set<string>();

/** A text that is shown in part where it is long, until one wants all of it; `id` is what that choice is remembered by. */
export function Foldable({ id, text, children }: { id: string; text: string; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const buttonTop = useRef<number | undefined>(undefined);
  const long = isLong(text, matchMedia('(max-width: 45em)').matches);
  const open = useSignal(unfolded.has(id));
  const folded = long && !open.value;
  const set = (value: boolean) => {
    if (value) unfolded.add(id);
    else unfolded.delete(id);
    open.value = value;
  };
  // Folded again, what is below stays where it is, and so does the button under the pointer.
  useLayoutEffect(() => {
    if (buttonTop.current === undefined) return;
    const list = box.current!.closest('[data-testid=messages]');
    const moved = Math.round(button.current!.getBoundingClientRect().top - buttonTop.current);
    if (list) list.scrollTop += moved || 1; // a pixel at least: a list that keeps its own place looks where it is when it was scrolled
    buttonTop.current = undefined;
  }, [folded]);
  const toggle = () => {
    if (!folded) buttonTop.current = button.current!.getBoundingClientRect().top;
    set(folded);
  };
  return (
    <>
      <div
        ref={box}
        class={folded ? 'text is-folded' : 'text'}
        data-testid="message-text"
        dir="auto"
        onCopy={copyAsTyped}
        onScroll={() => folded && set(true) /* the browser's search, or the focus, went to what is hidden */}
      >
        {children}
      </div>
      {long && (
        <button ref={button} type="button" class="link-button text-fold" data-testid="message-fold" aria-expanded={!folded} onClick={toggle}>
          {folded ? t.value.showMore : t.value.showLess}
        </button>
      )}
    </>
  );
}

/** What is selected within one text is copied as it was typed, with its marks. */
function copyAsTyped(event: ClipboardEvent & { currentTarget: HTMLElement }): void {
  const selection = getSelection();
  const box = event.currentTarget;
  if (!selection || selection.rangeCount !== 1 || !box.contains(selection.anchorNode) || !box.contains(selection.focusNode)) return;
  const text = selection.getRangeAt(0).cloneContents().textContent;
  if (!text) return;
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
}
