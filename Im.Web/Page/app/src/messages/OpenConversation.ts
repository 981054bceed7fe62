import type { Timeline } from '@im/client';
import { createContext } from 'preact';

/** The conversation that is on the screen, for what is drawn within. */
export interface Open {
  readonly timeline: Timeline;
  /** Shows a line, wherever in history it is: in the middle of the view, with the focus. */
  readonly jump: (line: number) => Promise<void>;
  /** Gives a loaded line the focus, and brings it into view by the shortest way; without a number the current one. false where it is not loaded. */
  readonly focusLine: (line?: number) => boolean;
  /** Shows the first line of a day, or of what came after it. */
  readonly goToDay: (startOfDay: number) => Promise<void>;
}

export const OpenConversation = createContext<Open | undefined>(undefined);
