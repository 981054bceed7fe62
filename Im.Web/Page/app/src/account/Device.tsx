import type { SessionInfo } from '@im/client';
import { nodeHue } from '../node/hue.ts';
import { t } from '../settings/language.ts';
import { momentText } from '../ui/times.ts';
import { deviceName } from './deviceName.ts';

/** One place where the user is logged in. */
export function Device({ session, busy, onEnd }: { session: SessionInfo; busy: boolean; onEnd: () => void }) {
  const { id, current, lastSeen, device, address, nodes, connections, created } = session;
  const name = deviceName(device) || t.value.unknownDevice;
  return (
    <li class="device" data-testid="device" data-session={id} data-current={current} data-connections={connections}>
      <div class="device-text">
        <p class="device-name" title={device}>
          <strong>{name}</strong> {current && <span class="device-here">{t.value.thisDevice}</span>}
        </p>
        <p class="quiet">
          {connections > 0 ? t.value.connections(connections) : t.value.lastSeen(momentText(lastSeen))}
          {nodes.map((node) => (
            <span key={node} class="device-node" data-node={node}>
              <span class="node-dot" data-node-hue={nodeHue(node)} />
              {node}
            </span>
          ))}
        </p>
        <p class="quiet">
          <span>{t.value.loggedInAt(momentText(created))}</span>
          {address && <span>{address}</span>}
        </p>
      </div>
      {!current && (
        <button type="button" class="link-button device-end" data-testid="device-end" aria-label={t.value.signOutOf(name)} disabled={busy} onClick={onEnd}>
          {t.value.signOut}
        </button>
      )}
    </li>
  );
}
