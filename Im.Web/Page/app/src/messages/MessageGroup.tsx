import type { Line } from '@im/client';
import { t } from '../settings/language.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { dayText, timeText } from '../ui/times.ts';
import type { Group } from './grouping.ts';
import { MessageItem, type MessageItemProps } from './MessageItem.tsx';

/** What one person said in one breath; above it the day, and where what is new begins, unless it begins in a gap. */
export function MessageGroup({ group, about }: { group: Group; about: (line: Line) => Pick<MessageItemProps, 'refused'> }) {
  return (
    <>
      {group.startsDay && <li class="day"><span>{dayText(group.at)}</span></li>}
      {group.startsNew && !group.gap && <NewDivider />}
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
              <MessageItem key={key} {...item} {...about(item.line)} />
            ))}
          </ol>
        </div>
      </li>
    </>
  );
}

export const NewDivider = () => (
  <li class="new-divider" data-testid="new-divider">
    <span>{t.value.newDivider}</span>
  </li>
);
