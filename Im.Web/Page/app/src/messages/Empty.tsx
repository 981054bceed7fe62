import { t } from '../settings/language.ts';
import { personOf } from '../state/chats.ts';
import type { ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import './empty.css';

/** In place of messages where nothing was said yet. */
export function Empty({ chat, name }: { chat: ChatKey; name: string }) {
  const lobby = chat === 'lobby';
  return (
    <div class="empty" data-testid="empty">
      {lobby ? <span class="empty-way" aria-hidden="true"><i data-node-hue="0" /><b /><i data-node-hue="1" /></span> : <Avatar id={chat} nickname={personOf(chat)?.nickname ?? name} size="l" />}
      <p class="empty-title">{lobby ? t.value.emptyLobby : t.value.emptyDirect(name)}</p>
      <p class="quiet">{lobby ? t.value.emptyLobbyHint : t.value.emptyDirectHint}</p>
    </div>
  );
}

/** In their place until they are read. */
export function Skeleton() {
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
