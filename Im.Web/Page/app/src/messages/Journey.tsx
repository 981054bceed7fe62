import type { Line } from '@im/client';
import { nodeHue } from '../node/hue.ts';
import { t } from '../settings/language.ts';
import { exactText } from '../ui/times.ts';
import './journey.css';

/** Two dots in the colours of two nodes: the one that took the message, and the one that brought it. A hollow one: from history. */
export function JourneyDots({ line: { node, via } }: { line: Line }) {
  return (
    <span class="dots" aria-hidden="true">
      <span class="dot" data-node-hue={nodeHue(node)} />
      <span class="dot" data-node-hue={via ? nodeHue(via.node) : undefined} />
    </span>
  );
}

/** How a message came: from which node to which, and in how many milliseconds. */
export function Journey({ line: { node, via, line, at } }: { line: Line }) {
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
        #{line} · {exactText(at)}
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
