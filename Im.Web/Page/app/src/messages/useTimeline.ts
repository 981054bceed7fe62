import type { Gap, Timeline } from '@im/client';
import { useCallback, useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { addresseeOf } from '../state/addressee.ts';
import { client, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';

/** Followed so far back while the newest message is in view; what is older is loaded again on scrolling up. */
const keepAtBottom = 250;

/** While one reads further up, so many; of more, what is far both from there and from the newest is a gap. */
const keepAbove = 1_000;

export interface LoadedTimeline {
  timeline: Timeline;
  loadOlder: () => void;
  /** Fails with an ImError when it was refused for good. */
  loadGap: (gap: Gap, side: 'start' | 'end') => Promise<void>;
  /** `topLine`: where one reads, unless that is the bottom. */
  trim: (topLine?: () => number) => void;
  /** The last try to read older messages was refused for good. */
  failed: boolean;
}

/** The loaded part of a conversation, drawn again when it grows. */
export function useTimeline(chat: ChatKey): LoadedTimeline {
  const mayRead = chat === 'lobby' || Boolean(me.value);
  const timeline = client.timeline(addresseeOf(chat));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [failed, setFailed] = useState(false);
  // Before anything is painted: a page of history may be there sooner than what runs after the painting.
  useLayoutEffect(() => timeline.on('change', () => redraw(undefined)), [timeline]);
  const loadOlder = useCallback(() => {
    if (!mayRead || !timeline.hasOlder) return;
    setFailed(false);
    timeline.loadOlder().catch(() => setFailed(true));
  }, [timeline, mayRead]);
  useEffect(() => {
    if (timeline.lines.length < 20) loadOlder();
  }, [loadOlder]);
  const loadGap = useCallback((gap: Gap, side: 'start' | 'end') => timeline.loadGap(gap, side), [timeline]);
  const trim = useCallback(
    (topLine?: () => number) => {
      if (!topLine) timeline.trim(keepAtBottom);
      else if (timeline.lines.length > keepAbove) timeline.trimAfter(topLine(), keepAtBottom);
    },
    [timeline],
  );
  return { timeline, loadOlder, loadGap, trim, failed };
}
