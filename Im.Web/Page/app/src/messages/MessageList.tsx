import type { Gap, Line } from '@im/client';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { reading } from '../state/chats.ts';
import { connection, me } from '../state/im.ts';
import { outgoing } from '../state/outgoing.ts';
import { isLinePost, withPending } from '../state/pending.ts';
import { view, type ChatKey } from '../state/route.ts';
import { DownIcon, UpIcon } from '../ui/icons.tsx';
import { Empty, Skeleton } from './Empty.tsx';
import { GapMark } from './GapMark.tsx';
import { groupMessages } from './grouping.ts';
import { MessageGroup, NewDivider } from './MessageGroup.tsx';
import { LineHandles } from './LineHandles.tsx';
import { OpenConversation } from './OpenConversation.ts';
import { useLooking } from './useLooking.ts';
import { useResume } from './useResume.ts';
import { useScroll } from './useScroll.ts';
import { useTimeline } from './useTimeline.ts';
import './messages.css';

/** A line that was jumped to stands out for so long. */
const foundMs = 1_600;

/** One conversation. Mounted anew for each, so that nothing of the one before is left. */
export function MessageList({ chat, name }: { chat: ChatKey; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const { timeline, loadOlder, loadGap, trim, failed } = useTimeline(chat);
  const { lines: stored, gaps, hasOlder } = timeline;
  const posts = outgoing.value.filter((each) => each.chat === chat);
  const lines = me.value && posts.length > 0 ? stored.map((line) => withPending(line, posts, me.value!)) : stored;
  // One that is stored already, though its ack is still to come, is shown there.
  const mine = posts.filter((each) => isLinePost(each) && !lines.some(({ id, from }) => id === each.id && from.id === me.value?.id));
  const newest = lines.at(-1);
  const lastKey = mine.at(-1)?.id ?? newest?.id;
  const gapsKey = gaps.map((gap) => `${gap.afterLine}-${gap.beforeLine}`).join();
  const { atBottom, toBottom, holdAt, topLine } = useScroll(box, { first: lines[0]?.line, last: lastKey, gaps: gapsKey, onTop: loadOlder });
  const looking = useLooking();
  const shownView = view.value;
  const seen = useRef(0);
  const { newAfter, away, loadPlace } = useResume(chat, timeline, seen);

  useEffect(() => {
    const isRead = newest && looking && atBottom && box.current!.offsetParent !== null; // a phone may show another pane
    reading.value = isRead ? chat : undefined;
    if (isRead) seen.current = newest.line;
    trim(atBottom ? undefined : topLine);
    return () => void (reading.value = undefined);
  }, [looking, shownView, atBottom, newest?.line]);
  // An effect comes after the painting: what arrives before it, in a pane that is hidden by then, would count as read.
  useLayoutEffect(() => {
    if (!looking || box.current!.offsetParent === null) reading.value = undefined;
  }, [looking, shownView]);
  useEffect(() => {
    if (mine.length > 0) toBottom();
  }, [mine.at(-1)?.id]);

  const later = lines.filter(({ line, from }) => line > seen.current && from.id !== me.value?.id).length;
  const missed = atBottom ? 0 : gaps.reduce((sum, gap) => (gap.afterLine >= seen.current ? sum + gap.count : sum), later);
  const about = ({ line }: Line) => {
    const refused = posts.filter((each) => each.failure !== undefined && each.target === line && !isLinePost(each));
    return refused.length > 0 ? { refused } : {}; // nothing new for those that have nothing: they are not drawn again
  };
  const groups = groupMessages({ lines, gaps, outgoing: mine, me: me.value, newAfter });

  // Reading on, the messages above stay where they are; reading back, those below do.
  const readGap = async (gap: Gap, side: 'start' | 'end') => {
    const button = document.activeElement;
    holdAt(side === 'start' ? gap.afterLine : gap.beforeLine);
    await loadGap(gap, side).finally(() => requestAnimationFrame(() => holdAt(undefined)));
    if (button && !button.isConnected) box.current?.focus({ preventScroll: true });
  };
  const goToPlace = async () => {
    holdAt(newAfter);
    await loadPlace().catch(() => {});
    requestAnimationFrame(() => {
      holdAt(undefined);
      const element = box.current;
      const place = element?.querySelector('[data-testid=new-divider]');
      if (!element || !place) return;
      element.scrollTop += place.getBoundingClientRect().top - element.getBoundingClientRect().top - element.clientHeight / 4;
      element.focus({ preventScroll: true });
    });
  };
  const jump = async (line: number) => {
    holdAt(line);
    await timeline.loadAround(line).catch(() => {});
    requestAnimationFrame(() => {
      holdAt(undefined);
      const place = box.current?.querySelector<HTMLElement>(`[data-line="${line}"]`);
      if (!place) return;
      place.scrollIntoView({ block: 'center' });
      place.focus({ preventScroll: true });
      place.dataset['found'] = '';
      setTimeout(() => delete place.dataset['found'], foundMs);
    });
  };
  const open = useMemo(() => ({ timeline, jump }), [timeline]);
  return (
    <div class="messages-frame">
      <div class="messages" ref={box} tabIndex={0} role="region" aria-label={t.value.messagesIn(name)} data-testid="messages">
        <div class="messages-sheet">
          {failed ? (
            <p class="messages-note">
              {t.value.notRead}{' '}
              <button type="button" class="link-button" onClick={loadOlder}>
                {t.value.retry}
              </button>
            </p>
          ) : (
            hasOlder && (groups.length === 0 ? <Skeleton /> : connection.value.phase === 'ready' && <p class="messages-note is-loading">{t.value.loadingOlder}</p>)
          )}
          {!hasOlder && groups.length === 0 && <Empty chat={chat} name={name} />}
          {!hasOlder && groups.length > 0 && <p class="messages-note">{t.value.beginning}</p>}
          <OpenConversation.Provider value={open}>
            <ol class="groups">
              {groups.flatMap((group) => [
                group.startsNew && group.gap && <NewDivider key="new" />,
                group.gap && <GapMark key={`gap ${gaps.indexOf(group.gap)}`} gap={group.gap} load={readGap} />,
                <MessageGroup key={group.key} group={group} about={about} />,
              ])}
            </ol>
            <LineHandles />
          </OpenConversation.Provider>
        </div>
      </div>
      {away > 0 && (
        <button type="button" class="to-unread" data-testid="to-unread" data-count={away} title={t.value.toUnreadHint} aria-description={t.value.toUnreadHint} onClick={() => void goToPlace()}>
          {t.value.toUnread(newest!.line - newAfter!)}
          <UpIcon />
        </button>
      )}
      {!atBottom && (
        <button type="button" class="to-newest" data-testid="to-newest" data-new={missed} aria-label={missed > 0 ? t.value.newMessages(missed) : t.value.toNewest} onClick={toBottom}>
          {missed > 0 && t.value.newMessages(missed)}
          <DownIcon />
        </button>
      )}
    </div>
  );
}
