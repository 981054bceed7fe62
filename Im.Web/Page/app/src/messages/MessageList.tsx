import type { Gap, Line } from '@im/client';
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { reading } from '../state/chats.ts';
import { client, connection, me } from '../state/im.ts';
import { outgoing } from '../state/outgoing.ts';
import { isLinePost, withPending } from '../state/pending.ts';
import { view as shownPane, type ChatKey } from '../state/route.ts';
import { DownIcon, UpIcon } from '../ui/icons.tsx';
import { Empty, Skeleton } from './Empty.tsx';
import { LineHandles } from './LineHandles.tsx';
import { OpenConversation, type Open } from './OpenConversation.ts';
import { placeKey, places } from './places.ts';
import { Reading } from './Reading.ts';
import { isNews, keyOfLine, newKeyOf, rowsOf, type Row } from './rows.ts';
import { RowView } from './RowView.tsx';
import { useLooking } from './useLooking.ts';
import { useRoving } from './useRoving.ts';
import { useTimeline } from './useTimeline.ts';
import { Viewport } from './Viewport.ts';
import './messages.css';

/** A line that was jumped to stands out for so long. */
const foundMs = 1_600;

/** Older lines are read when so little is left above the screen. */
const loadWithinPx = 6_000;

/** The first line of a day stands so far below the top that the day is seen above it. */
const belowDayPx = 90;

const nothing: readonly Row[] = [];

/** One conversation. Mounted anew for each, so that nothing of the one before is left. */
export function MessageList({ chat, name }: { chat: ChatKey; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const [, count] = useReducer((drawn: number) => drawn + 1, 0);
  const { timeline, loadOlder, loadGap, trim, failed } = useTimeline(chat);
  const [{ view, read, key }] = useState(() => {
    const redraw = () => count(undefined);
    const place = places.get(placeKey(chat));
    const viewport = new Viewport(place?.stand ?? 'end', redraw);
    return { view: viewport, read: new Reading(chat, timeline, viewport, place, redraw), key: placeKey(chat) };
  });
  const { lines: stored, gaps, hasOlder } = timeline;
  const posts = useMemo(() => outgoing.value.filter((each) => each.chat === chat), [outgoing.value, chat]);
  const lines = useMemo(() => (me.value && posts.length > 0 ? stored.map((line) => withPending(line, posts, me.value!)) : stored), [stored, posts, me.value]);
  // One that is stored already, though its ack is still to come, is shown there.
  const mine = useMemo(() => posts.filter((each) => isLinePost(each) && !lines.some(({ id, from }) => id === each.id && from.id === me.value?.id)), [posts, lines]);
  void shownPane.value; // a phone may show another pane
  const looking = useLooking();
  const isOpen = read.draw(lines, looking && view.isShown, mine.length > 0);
  const { newAfter } = read;
  const rows = useMemo(() => (isOpen ? rowsOf({ lines, gaps, outgoing: mine, me: me.value, newAfter }) : nothing), [isOpen, lines, gaps, mine, me.value, newAfter]);
  const parts = view.draw(rows);

  const settle = useRef(() => {});
  settle.current = () => {
    if (view.settle(read.limit)) read.look(looking);
    else reading.value = undefined;
    if (rows.length > 0 && view.isShown && view.roomAbove < loadWithinPx && !failed) loadOlder();
  };
  useLayoutEffect(() => {
    view.attach(box.current!, list.current!);
    settle.current();
  });
  useLayoutEffect(() => {
    const element = box.current!;
    // A keyboard that comes up, a picture that is there at last, a line that unfolds.
    const resized = new ResizeObserver(() => {
      view.noticeScroll(); // in this very frame: it is not to be undone
      settle.current();
    });
    resized.observe(element);
    resized.observe(list.current!);
    const scrolled = () => {
      const wasAtEnd = view.isAtEnd;
      view.noticeScroll();
      if (view.isAtEnd) read.follow();
      if (view.isAtEnd !== wasAtEnd || view.needsRows) count(undefined);
      else read.look(looking);
      if (view.roomAbove < loadWithinPx) loadOlder();
    };
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [looking, loadOlder]);
  useLayoutEffect(
    () => () => {
      reading.value = undefined;
      const { stand } = view;
      const row = stand === 'end' ? undefined : view.rows.find((each) => each.key === stand.key);
      if (row?.kind === 'line' && !row.outgoing) places.set(key, { stand, line: row.line.line, newAfter: read.newAfter, seen: read.seen });
      else places.delete(key);
    },
    [],
  );
  useEffect(() => void read.open(), [read.isPlaceMissing]);
  useEffect(() => {
    if (mine.length > 0) toEnd();
  }, [mine.at(-1)?.id]);
  useEffect(() => {
    const { stand } = view;
    const row = stand === 'end' ? undefined : view.rows.find((each) => each.key === stand.key);
    if (isOpen && (stand === 'end' || row?.kind === 'line')) trim(row?.kind === 'line' ? row.line.line : undefined);
  }, [stored, view.isAtEnd]);
  const roving = useRoving(view, box, list);
  useLayoutEffect(
    () =>
      client.on('unread', (put) => {
        if (put.timeline !== timeline) return;
        read.putBack(put.line);
        count(undefined);
      }),
    [timeline],
  );

  const toEnd = () => {
    read.follow();
    view.toEnd();
  };
  // The button goes; the focus stays near.
  const goToEnd = () => {
    toEnd();
    box.current!.focus({ preventScroll: true });
  };
  const keyOf = (line: number): string | undefined => {
    const found = timeline.find(line);
    return found && keyOfLine(found);
  };
  // Reading on, the messages above stay where they are; reading back, those below do.
  const readGap = useCallback(async (gap: Gap, side: 'start' | 'end') => {
    const button = document.activeElement;
    const held = keyOf(side === 'start' ? gap.afterLine : gap.beforeLine);
    if (held) view.hold(held);
    await loadGap(gap, side).finally(() => requestAnimationFrame(() => view.release()));
    if (button && !button.isConnected) box.current?.focus({ preventScroll: true });
  }, []);
  const goToPlace = async () => {
    await read.loadPlace().catch(() => {});
    view.standAt({ key: newKeyOf(read.newAfter!), top: box.current!.clientHeight / 4 });
    box.current!.focus({ preventScroll: true });
  };
  const open = useMemo<Open>(() => {
    const show = async (line: number, top: number | 'middle') => {
      await timeline.loadAround(line).catch(() => {});
      const found = keyOf(line);
      if (!found) return;
      read.follow();
      view.show(found, top, (row) => {
        row.dataset['found'] = '';
        setTimeout(() => delete row.dataset['found'], foundMs);
      });
    };
    return {
      timeline,
      jump: (line) => show(line, 'middle'),
      focusLine: (line) => {
        const found = line === undefined ? roving.current : keyOf(line);
        if (found) view.focus(found);
        return found !== undefined;
      },
      goToDay: async (day) => {
        const line = await timeline.lineSince(day).catch(() => undefined);
        if (line === undefined) toEnd();
        else await show(line, belowDayPx);
      },
    };
  }, [timeline]);

  const newest = lines.at(-1);
  const later = view.isAtEnd ? 0 : lines.filter((each) => each.line > read.seen && isNews(each, me.value)).length;
  const missed = view.isAtEnd ? 0 : gaps.reduce((sum, gap) => (gap.afterLine >= read.seen ? sum + gap.count : sum), later);
  const about = ({ line }: Line) => {
    const refused = posts.filter((each) => each.failure !== undefined && each.target === line && !isLinePost(each));
    return refused.length > 0 ? { refused } : {}; // nothing new for those that have nothing: they are not drawn again
  };
  return (
    <div class="messages-frame">
      <div class="messages" ref={box} tabIndex={-1} role="region" aria-label={t.value.messagesIn(name)} data-testid="messages">
        <div class="messages-sheet">
          {failed ? (
            <p class="messages-note">
              {t.value.notRead}{' '}
              <button type="button" class="link-button" onClick={loadOlder}>
                {t.value.retry}
              </button>
            </p>
          ) : (
            (hasOlder || !isOpen) && (rows.length === 0 ? <Skeleton /> : connection.value.phase === 'ready' && <p class="messages-note is-loading">{t.value.loadingOlder}</p>)
          )}
          {!hasOlder && isOpen && rows.length === 0 && <Empty chat={chat} name={name} />}
          {!hasOlder && rows.length > 0 && <p class="messages-note">{t.value.beginning}</p>}
          <OpenConversation.Provider value={open}>
            <ol class="rows" ref={list}>
              {parts.map((part) =>
                'row' in part ? (
                  <RowView key={part.row.key} row={part.row} about={part.row.kind === 'line' ? about(part.row.line) : noMarks} readGap={readGap} />
                ) : (
                  <li key={part.key} aria-hidden="true" style={{ height: `${part.space}px` }} />
                ),
              )}
            </ol>
            <LineHandles />
          </OpenConversation.Provider>
        </div>
      </div>
      {isOpen && read.isDividerAhead && (
        <button type="button" class="to-unread" data-testid="to-unread" data-count={read.away} title={t.value.toUnreadHint} aria-description={t.value.toUnreadHint} onClick={() => void goToPlace()}>
          {t.value.toUnread(newest!.line - newAfter!)}
          <UpIcon />
        </button>
      )}
      {!view.isAtEnd && (
        <button type="button" class="to-newest" data-testid="to-newest" data-new={missed} aria-label={missed > 0 ? t.value.newMessages(missed) : t.value.toNewest} onClick={goToEnd}>
          {missed > 0 && t.value.newMessages(missed)}
          <DownIcon />
        </button>
      )}
    </div>
  );
}

const noMarks = {};
