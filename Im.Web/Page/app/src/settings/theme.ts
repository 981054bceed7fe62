import { effect, signal } from '@preact/signals';
import { store, stored } from './stored.ts';

const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((each) => each === stored('local', 'im.theme')) ?? 'auto');

export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  store('local', 'im.theme', theme.value);
}

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});
