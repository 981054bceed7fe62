import type { ComponentChildren } from 'preact';
import { giveBack, Popover, type Anchor } from './Popover.tsx';

/** A menu as the ARIA practices have it: arrows move within it, Home and End to its ends, a letter to what begins with it. */
export function Menu({ label, anchor, testId, onClose, children }: { label: string; anchor: Anchor; testId: string; onClose: () => void; children: ComponentChildren }) {
  return (
    <Popover class="menu" role="menu" aria-label={label} data-testid={testId} anchor={anchor} onClose={onClose} onKeyDown={move}>
      {children}
    </Popover>
  );
}

export interface MenuItemProps {
  readonly children: ComponentChildren;
  readonly testId: string;
  readonly keys?: string | undefined;
  readonly danger?: boolean;
  readonly first?: boolean;
  /** Says something and does nothing. */
  readonly onClick?: (() => void) | undefined;
}

export function MenuItem({ children, testId, keys, danger, first, onClick }: MenuItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      class={danger ? 'menu-item is-danger' : 'menu-item'}
      tabIndex={-1}
      data-testid={testId}
      data-first={first || undefined}
      aria-disabled={!onClick}
      aria-keyshortcuts={keys}
      onClick={onClick}
    >
      {children}
      {keys && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}

/** What was chosen is done when the menu is gone and the focus is where it was: the deed may take it elsewhere. */
export function chosen(anchor: Anchor, onClose: () => void, deed: () => void): () => void {
  return () => {
    giveBack(anchor);
    onClose();
    deed();
  };
}

const rowOf = (item: Element | undefined): Element | null | undefined => item?.closest('.menu-row') ?? item;

function move(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const here = rowOf(items[at]);
  const to = {
    ArrowDown: () => items.find((each, index) => index > at && rowOf(each) !== here) ?? items[0],
    ArrowUp: () => items.findLast((each, index) => index < at && rowOf(each) !== here) ?? items.at(-1),
    ArrowRight: () => (rowOf(items[at + 1]) === here ? items[at + 1] : undefined),
    ArrowLeft: () => (rowOf(items[at - 1]) === here ? items[at - 1] : undefined),
    Home: () => items[0],
    End: () => items.at(-1),
  }[event.key];
  if (!to && (event.key.length > 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey)) return;
  event.preventDefault();
  const letter = event.key.toLowerCase();
  const next = to ? to() : [...items.slice(at + 1), ...items.slice(0, at + 1)].find((each) => each.textContent!.trim().toLowerCase().startsWith(letter));
  next?.focus({ preventScroll: true });
}
