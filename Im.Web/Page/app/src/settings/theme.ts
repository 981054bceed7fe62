import { effect, signal } from '@preact/signals';
import { store, stored } from './stored.ts';

const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const theme = signal<Theme>(themes.find((each) => each === stored('local', 'im.theme')) ?? 'auto');

export function switchTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  store('local', 'im.theme', theme.value);
}

// Of the window around the page: index.html has one for each of the system's themes.
const [ofLight, ofDark] = document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]');
const [light, dark] = [ofLight?.content ?? '', ofDark?.content ?? ''];

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  if (ofLight) ofLight.content = theme.value === 'dark' ? dark : light;
  if (ofDark) ofDark.content = theme.value === 'light' ? light : dark;
});
