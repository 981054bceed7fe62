import { signal, type ReadonlySignal } from '@preact/signals';

/** In em, so that large letters count as a narrow window. `app.css` has the same two. */
export const onePane = matches('(max-width: 45em)');
export const twoPanes = matches('(max-width: 68.75em)');

function matches(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const result = signal(list.matches);
  list.addEventListener('change', () => (result.value = list.matches));
  return result;
}
