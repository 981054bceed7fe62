import type { NotificationSettings } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { hasSound, play, setSound } from './sound.ts';
import { canNotify, isOn, isPushed, permission, turnOff, turnOn } from './subscription.ts';
import { settings } from './telling.ts';
import '../rooms/rooms.css';
import './notifications.css';

/** Whether this browser tells of messages; and, for all devices, what it says and when it does not. */
export function NotificationsDialog({ onClose }: { onClose: () => void }) {
  const [known, setKnown] = useState(false);
  const { act, busy, failure } = useDeed();
  const here = isOn.value;
  const { text, quiet } = settings.value;
  const save = (wanted: NotificationSettings) => act(async () => void (settings.value = await client.http.notifications.changeSettings(wanted)), failureText);
  useEffect(() => void act(async () => (settings.value = await client.http.notifications.settings()), failureText).then(setKnown), []);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const withQuiet = (change: Partial<NonNullable<NotificationSettings['quiet']>>) => void save({ text, quiet: { from: '22:00', until: '07:00', ...quiet, zone: timeZone, ...change } });
  const state = !canNotify ? t.value.notifyNever : permission.value === 'denied' ? t.value.notifyDenied : here && isPushed.value !== undefined && (isPushed.value ? t.value.notifyClosed : t.value.notifyOpen);
  return (
    <Dialog title={t.value.notifications} onClose={onClose}>
      <div aria-busy={busy} data-testid="notifications" data-on={here} data-pushed={isPushed.value} data-known={known}>
        <label class="check">
          <input type="checkbox" data-testid="notify-here" checked={here} disabled={busy || !canNotify || permission.value === 'denied'} onChange={(event) => void act(event.currentTarget.checked ? turnOn : turnOff, failureText)} />
          {t.value.notifyHere}
        </label>
        {state && <p class="quiet rooms-small notify-hint" data-testid="notify-state">{state}</p>}
        {here && (
          <label class="check">
            <input type="checkbox" data-testid="notify-sound" checked={hasSound.value} onChange={(event) => (setSound(event.currentTarget.checked), event.currentTarget.checked && play())} />
            {t.value.notifySound}
          </label>
        )}
        {failure && <p class="field-error" role="alert" data-testid="notifications-error">{failure}</p>}
        <section class="rooms-part">
          <label class="check">
            <input type="checkbox" data-testid="notify-text" checked={text} disabled={busy || !known} onChange={(event) => void save({ ...settings.value, text: event.currentTarget.checked })} />
            {t.value.notifyText}
          </label>
          <p class="quiet rooms-small notify-hint">{t.value.notifyTextHint}</p>
          <label class="check">
            <input type="checkbox" data-testid="quiet" checked={quiet !== undefined} disabled={busy || !known} onChange={(event) => (event.currentTarget.checked ? withQuiet({}) : void save({ text }))} />
            {t.value.quietHours}
          </label>
          {quiet && (
            <>
              <p class="quiet-hours">
                <label>{t.value.quietFrom} <input type="time" required data-testid="quiet-from" value={quiet.from} disabled={busy} onChange={(event) => event.currentTarget.value && withQuiet({ from: event.currentTarget.value })} /></label>
                <label>{t.value.quietUntil} <input type="time" required data-testid="quiet-until" value={quiet.until} disabled={busy} onChange={(event) => event.currentTarget.value && withQuiet({ until: event.currentTarget.value })} /></label>
              </p>
              <p class="quiet rooms-small notify-hint">{t.value.quietHint(quiet.zone)}</p>
            </>
          )}
        </section>
      </div>
    </Dialog>
  );
}
