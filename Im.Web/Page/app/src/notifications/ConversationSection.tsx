import type { ConversationSettings, ImError, NotifyLevel } from '@im/client';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { chatOf, levelOf } from '../state/chats.ts';
import { client } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import { Dialog } from '../ui/Dialog.tsx';
import '../rooms/rooms.css';
import './notifications.css';

const levels: readonly NotifyLevel[] = ['all', 'mentions', 'nothing'];

const words = (failure: ImError): string => (failure.code === 'too_many' ? t.value.tooManyPinned : failureText(failure));

/** Of which messages of a conversation one is told, and whether it stands first; on all one's devices. Nothing before something was said in it. */
export function ConversationSection({ chat }: { chat: ChatKey }) {
  const known = chatOf(chat);
  const { id, pinned = false } = known;
  const { act, busy, failure } = useDeed();
  if (id === undefined || known.left) return null;
  const set = (change: ConversationSettings) => void act(() => client.http.notifications.set(id, change), words);
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="conversation-settings" data-notify={levelOf(known)} data-pinned={pinned}>
      <label class="notify-level">
        {t.value.notifyOf}
        <select data-testid="notify-level" value={levelOf(known)} disabled={busy} onChange={(event) => set({ notify: event.currentTarget.value as NotifyLevel })}>
          {levels.map((level) => <option key={level} value={level}>{t.value.notifyLevel[level]}</option>)}
        </select>
      </label>
      {chat !== 'lobby' && (
        <label class="check">
          <input type="checkbox" data-testid="pin" checked={pinned} disabled={busy} onChange={(event) => set({ pinned: event.currentTarget.checked })} />
          {t.value.pinThis}
        </label>
      )}
      {failure && <p class="field-error" role="alert" data-testid="conversation-settings-error">{failure}</p>}
    </section>
  );
}

/** The lobby has no profile and is no room: this is all there is to set. */
export function LobbyDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.value.lobby} onClose={onClose}>
      <ConversationSection chat="lobby" />
    </Dialog>
  );
}
