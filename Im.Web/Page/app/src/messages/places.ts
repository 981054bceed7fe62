import { client, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import type { Stand } from './Viewport.ts';

/** Where somebody was in a conversation, other than at its end, when they went to another one. */
export interface Place {
  readonly stand: Stand;
  /** The line where the view stood. */
  readonly line: number;
  readonly newAfter: number | undefined;
  readonly seen: number;
}

/** By user and conversation, as long as the page is open. */
export const places = new Map<string, Place>();

export const placeKey = (chat: ChatKey): string => `${me.value?.id ?? ''} ${chat}`;

client.on('epoch', () => places.clear()); // the numbers of another life say nothing
