import type { Line } from '@im/client';
import { signal } from '@preact/signals';
import type { Anchor } from '../ui/Popover.tsx';

/** What is open on a line: its menu, the menu at the question whether it is to be recalled, or the emoji to react with. */
export interface Handle {
  readonly of: 'menu' | 'recall' | 'emoji';
  readonly line: Line;
  readonly anchor: Anchor;
}

/** One at a time, whichever line it is: lines themselves know nothing of it. */
export const handle = signal<Handle | undefined>(undefined);
