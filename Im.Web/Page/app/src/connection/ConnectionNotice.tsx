import type { ConnectionState } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import type { Dictionary } from '../language/en.ts';
import { shownSince } from '../offline/visit.ts';
import { t } from '../settings/language.ts';
import { client, connection, networkIsUp } from '../state/im.ts';
import { momentText } from '../ui/times.ts';
import './notice.css';

/** A connection that is back sooner was never gone for who reads. */
const saidAfterMs = 600;

function textOf({ phase, cause, endReason }: ConnectionState, networkUp: boolean, text: Dictionary): string {
  if (cause === 'signed_out') return text.ended[endReason ?? 'over'];
  if (cause === 'bad_client') return text.badClient;
  if (cause === 'too_fast') return text.tooFast;
  if (!networkUp) return text.offline;
  if (phase === 'ready') return text.doubted;
  if (cause === undefined) return text.connecting;
  return { no_node: text.noNode, unreachable: text.unreachable, restarting: text.restarting, lost: text.reconnecting }[cause];
}

/** Whether there is something to say: at once where nothing will change by itself soon, else when it has lasted. */
function useTrouble({ phase, isDoubted }: ConnectionState, networkUp: boolean): boolean {
  const [lasts, setLasts] = useState(false);
  const trouble = phase !== 'ready' || isDoubted === true;
  useEffect(() => {
    setLasts(false);
    if (!trouble) return;
    const timer = setTimeout(() => setLasts(true), saidAfterMs);
    return () => clearTimeout(timer);
  }, [trouble]);
  return trouble && (lasts || !networkUp || phase === 'closed');
}

/** Says how the connection is. While all is well, to screen readers and tests alone. */
export function ConnectionNotice() {
  const state = connection.value;
  const { phase, cause, endReason } = state;
  const shown = useTrouble(state, networkIsUp.value);
  const since = shownSince.value;
  return (
    <div class="notice" data-testid="connection-state" data-phase={phase} data-cause={cause ?? ''} data-reason={endReason ?? ''} data-shown={shown} data-since={since}>
      <p role="status">
        {shown ? textOf(state, networkIsUp.value, t.value) : phase === 'ready' ? t.value.connected : ''}
        {shown && since !== undefined && ` ${t.value.shownSince(momentText(since))}`}
      </p>
      {shown && phase === 'waiting' && (
        <button type="button" class="link-button" onClick={() => client.wake()}>
          {t.value.tryNow}
        </button>
      )}
      {phase === 'closed' && cause === 'signed_out' && (
        <button type="button" class="link-button" onClick={() => client.connect()}>
          {t.value.goOnAsGuest}
        </button>
      )}
      {phase === 'closed' && cause === 'too_fast' && (
        <button type="button" class="link-button" onClick={() => client.connect()}>
          {t.value.connectAgain}
        </button>
      )}
      {phase === 'closed' && cause === 'bad_client' && (
        <button type="button" class="link-button" onClick={() => location.reload()}>
          {t.value.reload}
        </button>
      )}
    </div>
  );
}
