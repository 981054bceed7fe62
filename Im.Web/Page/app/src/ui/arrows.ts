/** Up, Down, Home and End move the focus among the links and buttons of a list. `key`: which of them the key counts as. */
export function moveWithArrows(event: KeyboardEvent & { currentTarget: HTMLElement }, key = event.key): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('a[href], button:not(:disabled)')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[key];
  if (to === undefined) return;
  event.preventDefault();
  items[Math.max(0, Math.min(to, items.length - 1))]!.focus();
}
