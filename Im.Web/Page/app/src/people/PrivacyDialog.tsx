import type { Settings } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { blocked, readBlocked } from '../state/blocked.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Name } from '../ui/Name.tsx';
import '../rooms/rooms.css';

/** Whether others see when one was here, and whom one has blocked. */
export function PrivacyDialog({ onClose }: { onClose: () => void }) {
  const [settings, setSettings] = useState<Settings>();
  const { act, busy, failure } = useDeed();
  useEffect(() => void act(async () => (setSettings(await client.http.people.settings()), await readBlocked()), failureText), []);
  const list = [...blocked.value];
  return (
    <Dialog title={t.value.privacy} onClose={onClose}>
      <div aria-busy={busy} data-testid="privacy">
        <label class="check">
          <input type="checkbox" data-testid="last-seen" checked={settings?.lastSeen ?? false} disabled={busy || !settings} onChange={(event) => void act(async () => setSettings(await client.http.people.changeSettings({ lastSeen: event.currentTarget.checked })), failureText)} />
          {t.value.showLastSeen}
        </label>
        <p class="quiet rooms-small">{t.value.showLastSeenHint}</p>
        {failure && <p class="field-error" role="alert" data-testid="privacy-error">{failure}</p>}
        <section class="rooms-part" data-testid="blocked" data-count={list.length}>
          <h3>{t.value.blockedPeople}</h3>
          {list.length === 0 && <p class="quiet">{t.value.nobodyBlocked}</p>}
          <ul class="rooms-list">
            {list.map(([id, user]) => (
              <li key={id} class="rooms-row" data-testid="blocked-person" data-user={id}>
                <Avatar id={id} nickname={user?.nickname ?? '…'} size="s" />
                <span class="rooms-text"><Name id={id} nickname={user?.nickname ?? '…'} /></span>
                <button type="button" class="link-button" data-testid="unblock" aria-label={t.value.unblockNamed(user?.nickname ?? '…')} disabled={busy} onClick={() => void act(() => client.http.people.unblock(id), failureText)}>{t.value.unblock}</button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
