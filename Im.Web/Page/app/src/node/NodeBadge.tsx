import type { NodeInfo } from '@im/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { askedNode, client, connection, nodeHref, useNode } from '../state/im.ts';
import { moveWithArrows } from '../ui/arrows.ts';
import { CheckIcon, ChevronIcon, NewTabIcon } from '../ui/icons.tsx';
import { learnNodes, nodeHue } from './hue.ts';
import './node.css';

const refreshMs = 2_000;

/** Which node this tab is on. Opens the list of nodes, from which the tab can be moved to another. */
export function NodeBadge() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { phase, node, isDirect } = connection.value;
  useEffect(() => {
    if (!open) return;
    const away = (event: Event) => event.target instanceof Node && !box.current?.contains(event.target) && setOpen(false);
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
    };
  }, [open]);
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    setOpen(false);
    box.current!.querySelector<HTMLElement>('.node-badge')!.focus();
  };
  return (
    <div class="node" ref={box} onKeyDown={closeOnEscape}>
      <button
        type="button"
        class="node-badge"
        data-testid="node-badge"
        data-node={node ?? ''}
        data-phase={phase}
        data-door={isDirect ? 'node' : 'gateway'}
        aria-expanded={open}
        aria-label={`${t.value.node}: ${node ?? t.value.connecting}`}
        onClick={() => setOpen(!open)}
      >
        <span class="node-dot" data-node-hue={node ? nodeHue(node) : undefined} />
        <span class="node-name">{node ?? '…'}</span>
        <ChevronIcon />
      </button>
      {open && <NodeList onMove={() => setOpen(false)} />}
    </div>
  );
}

function NodeList({ onMove }: { onMove: () => void }) {
  const [nodes, setNodes] = useState<readonly NodeInfo[] | 'unknown'>();
  useEffect(() => {
    let shown = true;
    const read = () =>
      client.nodes().then(
        (list) => {
          learnNodes(list.map((node) => node.name));
          if (shown) setNodes(list);
        },
        () => shown && setNodes('unknown'),
      );
    void read();
    const timer = setInterval(read, refreshMs);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, []);
  const here = connection.value.node;
  const asked = askedNode.value;
  const move = (node: string | undefined) => {
    useNode(node);
    onMove();
  };
  return (
    <div class="node-list" role="group" aria-label={t.value.node} onKeyDown={(event) => void moveWithArrows(event, event.currentTarget)}>
      <p class="quiet">{t.value.nodeHint}</p>
      {asked && here && asked !== here && <p class="node-note">{t.value.notThatNode(asked, here)}</p>}
      {nodes === 'unknown' && <p class="quiet">{t.value.nodesUnknown}</p>}
      {nodes === undefined && <p class="skeleton skeleton-line" />}
      <ul>
        {Array.isArray(nodes) &&
          nodes.map((node: NodeInfo) => (
            <li key={node.name} data-live={node.live}>
              <button
                type="button"
                data-testid="node-option"
                data-node={node.name}
                disabled={!node.live}
                aria-current={node.name === here}
                title={node.live && node.name !== here ? t.value.moveHere : undefined}
                onClick={() => move(node.name)}
              >
                <span class="node-dot" data-node-hue={nodeHue(node.name)} />
                <span class="node-option-name">{node.name}</span>
                <span class="quiet">
                  {node.live ? t.value.connections(node.connections) : t.value.down}
                  {node.name === here && ` · ${t.value.here}`}
                </span>
                {node.name === here && <CheckIcon />}
              </button>
              {node.live && (
                <a class="icon-button" href={nodeHref(node.name)} target="_blank" rel="noopener" aria-label={t.value.openTab(node.name)} title={t.value.openTab(node.name)}>
                  <NewTabIcon />
                </a>
              )}
            </li>
          ))}
      </ul>
      {asked && (
        <button type="button" class="node-any" onClick={() => move(undefined)}>
          {t.value.anyNode}
        </button>
      )}
    </div>
  );
}
