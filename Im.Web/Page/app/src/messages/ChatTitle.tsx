import { t } from '../settings/language.ts';
import { personOf } from '../state/chats.ts';
import { known, presence } from '../state/im.ts';
import { chatHref, view, type ChatKey } from '../state/route.ts';
import { Avatar, LobbyAvatar } from '../ui/Avatar.tsx';
import { BackIcon, PeopleIcon } from '../ui/icons.tsx';

/** Where one is: the lobby and how many are there, or with whom one chats. */
export function ChatTitle({ chat, name }: { chat: ChatKey; name: string }) {
  const { users, guests, online } = presence.value;
  const person = personOf(chat);
  const isOnline = users.some((user) => user.id === chat);
  const people = view.value === 'people';
  return (
    <div class="bar-title">
      <a class="icon-button bar-back" href={people ? chatHref(chat) : '#/list'} aria-label={t.value.back} data-testid="back">
        <BackIcon />
      </a>
      {chat === 'lobby' ? <LobbyAvatar /> : <Avatar id={chat} nickname={name} online={isOnline} />}
      <div class="bar-text">
        <h1 data-testid="chat-title">{chat === 'lobby' ? t.value.lobby : t.value.chattingWith(name)}</h1>
        <p class="quiet">{!known.value ? '…' : chat === 'lobby' ? t.value.onlineCount(online, guests) : person?.brief || (isOnline ? t.value.isOnline : t.value.isOffline)}</p>
      </div>
      <a class="icon-button bar-people" href={people ? chatHref(chat) : '#/people'} aria-label={t.value.showOnline} title={t.value.showOnline} data-testid="people-open">
        <PeopleIcon />
      </a>
    </div>
  );
}
