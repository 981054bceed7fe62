import { useEffect, useRef } from 'preact/hooks';
import { failureText, t } from '../settings/language.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Device } from './Device.tsx';
import { useSessions } from './useSessions.ts';
import './devices.css';

/** Where one is logged in, and the way to end it there. */
export function DevicesDialog({ onClose }: { onClose: () => void }) {
  const { list, failure, busy, ended, read, end, endOthers } = useSessions();
  const outcome = useRef<HTMLParagraphElement>(null);
  const others = list?.filter((session) => !session.current) ?? [];
  // The button that was pressed is gone with its device.
  useEffect(() => {
    if (ended !== undefined) outcome.current!.focus();
  }, [ended, list]);
  return (
    <Dialog title={t.value.devices} onClose={onClose}>
      <div class="devices" aria-busy={busy} data-testid="devices">
        <p class="dialog-lead">{t.value.devicesHint}</p>
        {list ? (
          <ul class="device-list">
            {list.map((session) => (
              <Device key={session.id} session={session} busy={busy} onEnd={() => void end(session)} />
            ))}
          </ul>
        ) : (
          !failure && <div class="device-list">{[1, 2].map((row) => <span key={row} class="skeleton device-skeleton" />)}</div>
        )}
        <p ref={outcome} class="devices-outcome quiet" role="status" tabIndex={-1} data-testid="devices-outcome" data-ended={ended}>
          {ended !== undefined ? t.value.signedOutThere(ended) : list && others.length === 0 && t.value.onlyHere}
        </p>
        {failure && (
          <p class="field-error devices-error" role="alert" data-testid="devices-error">
            {failureText(failure)}{' '}
            <button type="button" class="link-button" disabled={busy} onClick={() => void read()}>
              {t.value.retry}
            </button>
          </p>
        )}
        {others.length > 0 && (
          <button type="button" class="button button-wide button-danger" data-testid="devices-end-others" disabled={busy} onClick={() => void endOthers()}>
            {busy ? t.value.wait : t.value.signOutOthers(others.length)}
          </button>
        )}
      </div>
    </Dialog>
  );
}
