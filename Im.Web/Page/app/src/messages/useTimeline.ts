import type { Gap, Timeline } from '@im/client';
import { useCallback, useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { addresseeOf } from '../state/addressee.ts';
import { client, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';

/** Followed so far back while the end is in view; what is older is loaded again on scrolling up. Half as many more are forgotten at once, not with every line. */
const keepAtEnd = 250;

/** While one reads further up, so many; of more, what is far both from there and from the newest is a gap. */
const keepAbove = 4_000;

/** One page of what is older, after the first. */
const olderLines = 100;

export interface LoadedTimeline {
  timeline: Timeline;
  loadOlder: () => void;
  /** Fails with an ImError when it was refused for good. */
  loadGap: (gap: Gap, side: 'start' | 'end') => Promise<void>;
  /** Bounds memory. `line`: where one reads, unless that is the end. */
  trim: (line?: number) => void;
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
    timeline.loadOlder(timeline.lines.length === 0 ? undefined : olderLines).catch(() => setFailed(true));
  }, [timeline, mayRead]);
  useEffect(() => {
    if (timeline.lines.length < 20) loadOlder();
  }, [loadOlder]);
  const loadGap = useCallback((gap: Gap, side: 'start' | 'end') => timeline.loadGap(gap, side), [timeline]);
  const trim = useCallback(
    (line?: number) => {
      const { length } = timeline.lines;
      if (line === undefined && length > 1.5 * keepAtEnd) timeline.trim(keepAtEnd);
      else if (line !== undefined && length > keepAbove) timeline.trimAfter(line, keepAtEnd);
    },
    [timeline],
  );
  return { timeline, loadOlder, loadGap, trim, failed };
}
