import type { ComponentChildren, ComponentProps } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import './popover.css';

/** Where something is opened, in the window, and which element has the focus afterwards. */
export interface Anchor {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly back: HTMLElement | null;
}

export function anchorAt(element: HTMLElement, back = element): Anchor {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { left, right, top, bottom, back };
}

export const anchorAtPoint = (x: number, y: number, back: HTMLElement | null): Anchor => ({ left: x, right: x, top: y, bottom: y, back });

const marginPx = 8;

export type PopoverProps = Omit<ComponentProps<'div'>, 'ref' | 'popover'> & {
  anchor: Anchor;
  /** Esc, Tab, a press, a scroll or the focus elsewhere. */
  onClose: () => void;
  children: ComponentChildren;
};

/**
 * Stands in the top layer beside what opened it, where nothing clips it; on a phone it is a sheet at the foot of the screen. It takes the focus, and with Esc gives it back.
 * What is within decides where the focus is first: the element with `data-first`.
 */
export function Popover({ anchor, onClose, children, class: name, onKeyDown, ...rest }: PopoverProps) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = element.current!;
    box.showPopover?.();
    place(box, anchor);
    (box.querySelector<HTMLElement>('[data-first]') ?? box).focus({ preventScroll: true });
    const placeAgain = () => place(box, anchor);
    const resized = new ResizeObserver(placeAgain);
    resized.observe(box);
    addEventListener('resize', placeAgain);
    return () => {
      resized.disconnect();
      removeEventListener('resize', placeAgain);
    };
  }, [anchor]);
  useEffect(() => {
    // What opened it closes it too, by itself.
    const elsewhere = ({ target }: Event) => target instanceof Element && element.current?.contains(target) === false && !target.closest('[aria-haspopup][aria-expanded=true]') && onClose();
    const names = ['pointerdown', 'wheel', 'touchmove', 'focusin'] as const;
    for (const each of names) document.addEventListener(each, elsewhere, { capture: true, passive: true });
    return () => {
      for (const each of names) document.removeEventListener(each, elsewhere, { capture: true });
    };
  }, [onClose]);
  const keyDown: NonNullable<typeof onKeyDown> = (event) => {
    onKeyDown?.(event);
    if (event.defaultPrevented || (event.key !== 'Escape' && (event.key !== 'Tab' || 'tabs' in event.currentTarget.dataset))) return;
    event.preventDefault();
    event.stopPropagation();
    giveBack(anchor);
    onClose();
  };
  return (
    <div {...rest} class={`popover ${name as string}`} ref={element} popover="manual" tabIndex={-1} onKeyDown={keyDown}>
      {children}
    </div>
  );
}

/** The focus goes back to what opened it; that may have been scrolled away. */
export function giveBack({ back }: Anchor): void {
  (back?.isConnected ? back : document.querySelector<HTMLElement>('[data-testid=messages]'))?.focus({ preventScroll: true });
}

// Below its anchor, or above where there is no room; from its left edge, or to its right one where that is nearer to the window's. On a phone the style sheet says where.
function place(box: HTMLElement, { left, right, top, bottom }: Anchor): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const [roomX, roomY] = [innerWidth - width - marginPx, innerHeight - height - marginPx];
  const x = left > roomX || (left < right && left + right > innerWidth) ? right - width : left;
  const y = bottom + 4 > roomY ? top - 4 - height : bottom + 4;
  box.style.left = `${Math.max(marginPx, Math.min(x, roomX))}px`;
  box.style.top = `${Math.max(marginPx, Math.min(y, roomY))}px`;
}
