import type { Timeline } from '@im/client';
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { keyOfConversation } from '../state/addressee.ts';
import { chatOf } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';

export interface Resume {
  /** Every line up to here was read before those came that are new; undefined when nothing is. Stays while the conversation is open, until there is news again. */
  newAfter: number | undefined;
  /** So many lines, the new ones before those that are loaded, are between the place where reading stopped and what is shown. */
  away: number;
  /** Loads the place where reading stopped. */
  loadPlace: () => Promise<void>;
}

/** A few of what was read already, so that one finds one's feet. */
const contextLines = 8;

/** Where reading goes on in a conversation: kept from when it was opened, and from each return after an absence. `seen`: the newest line that somebody looked at here. */
export function useResume(chat: ChatKey, timeline: Timeline, seen: RefObject<number>): Resume {
  const [newAfter, setNewAfter] = useState(() => {
    const { unread, readLine } = chatOf(chat);
    return unread > 0 && readLine > 0 && me.value ? readLine : undefined;
  });
  // Before anything is painted: the first list may be here already then, and what is looked at counts as read at once.
  useLayoutEffect(
    () =>
      client.on('conversations', (summaries) => {
        const summary = summaries.find(({ conversation, peer }) => keyOfConversation(conversation, peer?.id) === chat);
        if (!me.value || !summary || summary.unread === 0 || summary.readLine === 0) return;
        const read = Math.max(summary.readLine, seen.current ?? 0);
        if (read < summary.lastLine) setNewAfter(read);
      }),
    [chat],
  );
  const first = timeline.lines[0]?.line ?? 0;
  const away = newAfter === undefined || !timeline.hasOlder ? 0 : Math.max(0, first - newAfter - 1);
  const loadPlace = () => timeline.loadAfter(Math.max(0, newAfter! - contextLines));
  return { newAfter, away, loadPlace };
}
