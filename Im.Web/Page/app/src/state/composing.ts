import type { Line } from '@im/client';
import { effect, signal } from '@preact/signals';
import { selected } from './route.ts';

/** What is written next is no text by itself, but answers a line or takes its place. */
export interface Composing {
  readonly mode: 'reply' | 'edit';
  readonly line: Line;
}

export const composing = signal<Composing | undefined>(undefined);

effect(() => {
  void selected.value;
  composing.value = undefined;
});
