import type { ConnectionState } from '@im/client';
import type { Dictionary } from '../language/en.ts';
import { t } from '../settings/language.ts';
import { client, connection, networkIsUp } from '../state/im.ts';
import './notice.css';

function textOf({ phase, cause, endReason }: ConnectionState, networkUp: boolean, text: Dictionary): string {
  if (phase === 'ready') return text.connected;
  if (cause === 'signed_out') return text.ended[endReason ?? 'over'];
  if (cause === 'bad_client') return text.badClient;
  if (cause === 'too_fast') return text.tooFast;
  if (!networkUp) return text.offline;
  if (cause === undefined) return text.connecting;
  return { no_node: text.noNode, unreachable: text.unreachable, restarting: text.restarting, lost: text.reconnecting }[cause];
}

/** Says how the connection is. While all is well, to screen readers and tests alone. */
export function ConnectionNotice() {
  const state = connection.value;
  const { phase, cause, endReason } = state;
  return (
    <div class="notice" data-testid="connection-state" data-phase={phase} data-cause={cause ?? ''} data-reason={endReason ?? ''}>
      <p role="status">{textOf(state, networkIsUp.value, t.value)}</p>
      {phase === 'waiting' && (
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
