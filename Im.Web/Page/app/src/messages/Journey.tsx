import type { ReceivedMessage } from '@im/client';
import { nodeHue } from '../node/hue.ts';
import { t } from '../settings/language.ts';
import { exactText } from '../ui/times.ts';
import './journey.css';

/** Two dots in the colours of two nodes: the one that took the message, and the one that brought it. A hollow one: from history. */
export function JourneyDots({ message }: { message: ReceivedMessage }) {
  return (
    <span class="dots" aria-hidden="true">
      <span class="dot" data-node-hue={nodeHue(message.node)} />
      <span class="dot" data-node-hue={message.via ? nodeHue(message.via.node) : undefined} />
    </span>
  );
}

/** How a message came: from which node to which, and in how many milliseconds. */
export function Journey({ message }: { message: ReceivedMessage }) {
  const { node, via, seq, at } = message;
  return (
    <p class="journey" data-testid="journey">
      {via ? (
        <>
          <NodeName node={node} />
          <span class="journey-way" aria-label="→" />
          <NodeName node={via.node} />
          <span>
            <strong>{t.value.came(via.ms.toFixed(1))}</strong>
            {via.node === node && ` · ${t.value.sameNode}`}
          </span>
        </>
      ) : (
        <>
          <span>{t.value.fromHistory}</span>
          <span>{t.value.takenBy}</span>
          <NodeName node={node} />
        </>
      )}
      <span>
        #{seq} · {exactText(at)}
      </span>
    </p>
  );
}

function NodeName({ node }: { node: string }) {
  return (
    <span class="journey-node">
      <span class="dot" data-node-hue={nodeHue(node)} aria-hidden="true" />
      {node}
    </span>
  );
}
