import { t } from '../settings/language.ts';
import { joinByLink } from '../state/rooms.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { roomFailureText } from './roomFailureText.ts';
import { useDeed } from './useDeed.ts';

/** Where an invitation link leads. Which room it is, is told to who joins. */
export function JoinDialog({ link, onClose }: { link: string; onClose: () => void }) {
  const { act, busy, failure } = useDeed();
  return (
    <Dialog title={t.value.joinRoomTitle} onClose={onClose}>
      <div aria-busy={busy} data-testid="join-room">
        <p class="dialog-lead">{t.value.joinRoomHint}</p>
        {failure && (
          <p class="field-error" role="alert" data-testid="join-error">
            {failure}
          </p>
        )}
        <button type="button" class="button button-wide" autofocus data-testid="join-yes" disabled={busy} onClick={() => void act(() => joinByLink(link), (error) => (error.code === 'not_found' ? t.value.linkOver : roomFailureText(error)))}>
          {busy ? t.value.wait : t.value.join}
        </button>
        <button type="button" class="button button-wide button-quiet" data-testid="join-no" onClick={onClose}>
          {t.value.cancel}
        </button>
      </div>
    </Dialog>
  );
}
