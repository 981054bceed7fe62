export const reachable = 'a[href], button:not(:disabled)';

/** Up, Down, Home and End move the focus among the links and buttons of a list. @returns false where it is another key, or the focus is not in the list. */
export function moveWithArrows(event: KeyboardEvent, list: HTMLElement): boolean {
  const items = [...list.querySelectorAll<HTMLElement>(reachable)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
  if (at < 0 || to === undefined) return false;
  event.preventDefault();
  items[Math.max(0, Math.min(to, items.length - 1))]!.focus();
  return true;
}
