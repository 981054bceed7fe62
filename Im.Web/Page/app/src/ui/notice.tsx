import { signal } from '@preact/signals';

const shownMs = 2_500;
const text = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says in a word that something was done, or why not, where nothing else shows it. */
export function notice(what: string): void {
  clearTimeout(timer);
  text.value = what;
  timer = setTimeout(() => (text.value = ''), shownMs);
}

export function Notice() {
  return (
    <p class="notice-word" role="status" data-testid="notice" data-shown={text.value !== ''}>
      {text.value}
    </p>
  );
}
