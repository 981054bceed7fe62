import type { Line } from '@im/client';
import { Author } from '../people/Author.tsx';
import { t } from '../settings/language.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { nameOf } from '../ui/names.ts';
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
        {!group.mine && (
          <Author id={group.sender} nickname={group.nickname}>
            <Avatar id={group.sender} nickname={group.nickname} size="s" />
          </Author>
        )}
        <div class="group-body">
          <p class="group-head">
            {group.mine ? (
              <bdi class="visually-hidden">{t.value.you}</bdi>
            ) : (
              <Author id={group.sender} nickname={group.nickname}>
                <bdi class="group-name">{nameOf(group)}</bdi>
              </Author>
            )}
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
