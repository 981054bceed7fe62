import { useLayoutEffect, useRef } from 'preact/hooks';
import { openLayer } from '../state/layers.ts';
import { peopleOpen, view } from '../state/route.ts';
import { twoPanes } from '../ui/widths.ts';
import { OnlineList } from './OnlineList.tsx';

const close = () => (peopleOpen.value = false);

/** Beside the conversation where there is room. In narrower windows it lies over everything, like a dialog: Esc, a press outside, its own button and Back close it. */
export function PeoplePane() {
  const pane = useRef<HTMLElement>(null);
  const isOver = view.value === 'people';
  useLayoutEffect(() => {
    if (!isOver) return;
    const opener = document.activeElement as HTMLElement | null;
    pane.current!.querySelector<HTMLElement>('[data-testid=people-close]')!.focus();
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && close(); // also where the focus has left the pane for the browser's own controls
    document.addEventListener('keydown', onKeyDown);
    const removeLayer = openLayer(close);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      removeLayer();
      queueMicrotask(() => opener?.focus()); // what lies below can be reached again by then
    };
  }, [isOver]);
  return (
    <>
      {isOver && <div class="scrim" onClick={close} />}
      <section
        ref={pane}
        class="people"
        aria-labelledby="people-title"
        data-testid="people"
        role={isOver ? 'dialog' : 'complementary'}
        aria-modal={isOver || undefined}
      >
        <OnlineList onClose={twoPanes.value ? close : undefined} />
      </section>
    </>
  );
}
