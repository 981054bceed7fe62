import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { chatOf, personOf, reading } from '../state/chats.ts';
import { me } from '../state/im.ts';
import { outgoing } from '../state/outgoing.ts';
import { view, type ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { DownIcon } from '../ui/icons.tsx';
import { dayText, timeText } from '../ui/times.ts';
import { groupMessages, type Group } from './grouping.ts';
import { MessageItem } from './MessageItem.tsx';
import { useLooking } from './useLooking.ts';
import { useScroll } from './useScroll.ts';
import { useTimeline } from './useTimeline.ts';
import './messages.css';

/** One conversation. Mounted anew for each, so that nothing of the one before is left. */
export function MessageList({ chat, name }: { chat: ChatKey; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const { timeline, loadOlder, trim, failed } = useTimeline(chat);
  const { messages, hasOlder } = timeline;
  const mine = outgoing.value.filter((each) => each.chat === chat);
  const newest = messages.at(-1);
  const lastKey = mine.at(-1)?.id ?? newest?.id;
  const { atBottom, toBottom } = useScroll(box, { first: messages[0]?.seq, last: lastKey, onTop: loadOlder });
  const looking = useLooking();
  const shownView = view.value;

  // What was unread on opening stays marked while the conversation is open.
  const [newAfter] = useState(() => {
    const { unread, readSeq } = chatOf(chat);
    return unread > 0 && me.value ? readSeq : undefined;
  });
  const seen = useRef(0);
  useEffect(() => {
    reading.value = looking && atBottom && box.current!.offsetParent !== null; // a phone may show another pane
    if (atBottom) {
      seen.current = newest?.seq ?? 0;
      trim();
    }
    return () => void (reading.value = false);
  }, [looking, shownView, atBottom, newest]);
  useEffect(() => {
    if (mine.length > 0) toBottom();
  }, [mine.at(-1)?.id]);

  const missed = atBottom ? 0 : messages.filter((message) => message.seq > seen.current && message.from.id !== me.value?.id).length;
  const groups = groupMessages(messages, mine, me.value, newAfter);
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
            hasOlder && (groups.length > 0 ? <p class="messages-note is-loading">{t.value.loadingOlder}</p> : <Skeleton />)
          )}
          {!hasOlder && groups.length === 0 && <Empty chat={chat} name={name} />}
          {!hasOlder && groups.length > 0 && <p class="messages-note">{t.value.beginning}</p>}
          <ol class="groups">
            {groups.map((group) => (
              <MessageGroup key={group.key} group={group} />
            ))}
          </ol>
        </div>
      </div>
      {!atBottom && (
        <button type="button" class="to-newest" data-testid="to-newest" data-new={missed} aria-label={missed > 0 ? t.value.newMessages(missed) : t.value.toNewest} onClick={toBottom}>
          {missed > 0 && t.value.newMessages(missed)}
          <DownIcon />
        </button>
      )}
    </div>
  );
}

function MessageGroup({ group }: { group: Group }) {
  return (
    <>
      {group.startsDay && <li class="day"><span>{dayText(group.at)}</span></li>}
      {group.startsNew && <li class="new-divider"><span>{t.value.newDivider}</span></li>}
      <li class={group.mine ? 'group group-mine' : 'group'}>
        {!group.mine && <Avatar id={group.sender} nickname={group.nickname} size="s" />}
        <div class="group-body">
          <p class="group-head">
            <bdi class={group.mine ? 'visually-hidden' : 'group-name'}>{group.mine ? t.value.you : group.nickname}</bdi>
            <time class="quiet" dateTime={new Date(group.at).toISOString()}>
              {timeText(group.at)}
            </time>
          </p>
          <ol class="group-items">
            {group.items.map(({ key, ...item }) => (
              <MessageItem key={key} {...item} />
            ))}
          </ol>
        </div>
      </li>
    </>
  );
}

function Empty({ chat, name }: { chat: ChatKey; name: string }) {
  const lobby = chat === 'lobby';
  return (
    <div class="empty" data-testid="empty">
      {lobby ? <span class="empty-way" aria-hidden="true"><i data-node-hue="0" /><b /><i data-node-hue="1" /></span> : <Avatar id={chat} nickname={personOf(chat)?.nickname ?? name} size="l" />}
      <p class="empty-title">{lobby ? t.value.emptyLobby : t.value.emptyDirect(name)}</p>
      <p class="quiet">{lobby ? t.value.emptyLobbyHint : t.value.emptyDirectHint}</p>
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeletons" aria-hidden="true">
      {[0, 1, 2, 3].map((row) => (
        <div key={row} class="skeleton-row">
          <span class="skeleton skeleton-avatar" />
          <span class="skeleton skeleton-bubble" />
        </div>
      ))}
    </div>
  );
}
