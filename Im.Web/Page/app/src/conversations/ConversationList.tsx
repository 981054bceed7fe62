import { isSystem } from '@im/client';
import { dialog } from '../account/dialogs.ts';
import { previewOf } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { isRoomKey } from '../state/addressee.ts';
import { chatList, hasMore, isMuted, isRequest, loadMore, personOf, type Chat } from '../state/chats.ts';
import { draftOf } from '../state/drafts.ts';
import { known, me, presence } from '../state/im.ts';
import { adminPlace, chatHref, selected } from '../state/route.ts';
import { invitations } from '../state/rooms.ts';
import { typing } from '../state/typing.ts';
import { blocked } from '../state/blocked.ts';
import { plainText } from '../text/Formatted.tsx';
import { Avatar, LobbyAvatar } from '../ui/Avatar.tsx';
import { BellOffIcon, PinIcon, PlusIcon } from '../ui/icons.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { useRoving } from '../ui/roving.ts';
import { shortText } from '../ui/times.ts';
import './conversations.css';
import '../people/requests.css';

/** The lobby and the direct chats, with what was said last and how much of it is unread. */
export function ConversationList() {
  const invited = invitations.value.length;
  return (
    <>
      {me.value && (
        <div class="conversations-head">
          <h2>{t.value.conversations}</h2>
          <button type="button" class="icon-button" title={t.value.rooms} aria-label={invited > 0 ? `${t.value.rooms}, ${t.value.invitedTo(invited)}` : t.value.rooms} aria-haspopup="dialog" data-testid="rooms-open" data-invitations={invited} onClick={() => (dialog.value = 'rooms')}>
            <PlusIcon />
            {invited > 0 && <span class="badge">{invited > 99 ? '99+' : invited}</span>}
          </button>
        </div>
      )}
      <List />
    </>
  );
}

function List() {
  const roving = useRoving<HTMLUListElement>();
  const requests = chatList.value.filter(isRequest);
  return (
    <ul class="conversations" {...roving}>
      {chatList.value.map((chat) => !isRequest(chat) && <Row key={chat.key} chat={chat} />)}
      {requests.length > 0 && (
        <li>
          <details class="requests" open data-testid="requests" data-count={requests.length}>
            <summary>
              {t.value.requests} <span class="count">{requests.length}</span>
            </summary>
            <ul>
              {requests.map((chat) => (
                <Row key={chat.key} chat={chat} />
              ))}
            </ul>
          </details>
        </li>
      )}
      {hasMore.value && (
        <li class="conversations-more">
          <button type="button" class="link-button" data-testid="conversations-more" onClick={() => void loadMore().catch(() => {}) /* pressed again, it asks again */}>
            {t.value.moreConversations}
          </button>
        </li>
      )}
    </ul>
  );
}

function Row({ chat }: { chat: Chat }) {
  const { key, last, unread, mentions, pinned = false } = chat;
  const muted = isMuted(chat);
  const person = key === 'lobby' ? undefined : personOf(key);
  const name = key === 'lobby' ? t.value.lobby : (person ? nameOf(person) : '…');
  const online = presence.value.users.some((user) => user.id === key);
  return (
    <li>
      <a class="conversation" href={chatHref(key)} data-testid="conversation" data-conversation={key} data-unread={unread} data-mentions={mentions} data-muted={muted} data-pinned={pinned} data-name={person?.nickname ?? name} aria-current={key === selected.value && !adminPlace.value ? 'page' : undefined}>
        {person || key !== 'lobby' ? <Avatar id={key} nickname={person?.nickname ?? name} online={online} /> : <LobbyAvatar />}
        <span class="conversation-text">
          <span class="conversation-head">
            <span class="conversation-name">{person && !isRoomKey(key) ? <Name id={key} nickname={person.nickname} /> : <bdi>{name}</bdi>}</span>
            {pinned && <span class="conversation-mark" role="img" aria-label={t.value.pinned} title={t.value.pinned}><PinIcon /></span>}
            {muted && <span class="conversation-mark" role="img" aria-label={t.value.muted} title={t.value.muted}><BellOffIcon /></span>}
            {last && <time class="quiet">{shortText(last.at)}</time>}
          </span>
          <span class="conversation-foot">
            <LastWords chat={chat} />
            {mentions > 0 && (
              <span class="badge badge-mentions" role="img" aria-label={t.value.mentioned(mentions)}>
                @{mentions > 1 && mentions}
              </span>
            )}
            {unread > 0 && (
              <span class={muted ? 'badge is-muted' : 'badge'} role="img" aria-label={t.value.unread(unread)}>
                {unread > 99 ? '99+' : unread}
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function LastWords({ chat: { key, last } }: { chat: Chat }) {
  const types = typing.value.get(key) ?? [];
  const draft = key === selected.value ? '' : draftOf(key);
  if (types.length > 0) return <span class="conversation-last is-typing">{t.value.typing(types.map(nameOf))}</span>;
  if (draft) return <DraftWords text={draft} />;
  if (!last) return <span class="conversation-last quiet">{known.value ? t.value.noMessagesYet : '…'}</span>;
  const mine = last.from.id === me.value?.id;
  const who = isSystem(last) ? undefined : mine ? t.value.you : key === 'lobby' || isRoomKey(key) ? nameOf(last.from) : undefined;
  return (
    <span class="conversation-last quiet">
      {who && <bdi>{who}: </bdi>}
      <bdi>{(key === 'lobby' || isRoomKey(key)) && blocked.value.has(last.from.id) ? t.value.fromBlocked : previewOf(last)}</bdi>
    </span>
  );
}

const DraftWords = ({ text }: { text: string }) => (
  <span class="conversation-last quiet" data-testid="conversation-draft">
    <span class="is-draft">{t.value.draft}</span> <bdi>{plainText(text)}</bdi>
  </span>
);
