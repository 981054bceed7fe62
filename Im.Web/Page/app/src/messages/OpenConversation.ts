import type { Timeline } from '@im/client';
import { createContext } from 'preact';

/** The conversation that is on the screen, for what is drawn within. */
export const OpenConversation = createContext<{ readonly timeline: Timeline; readonly jump: (line: number) => Promise<void> } | undefined>(undefined);
