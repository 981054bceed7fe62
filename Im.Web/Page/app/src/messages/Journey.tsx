import type { Line, WayPart } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { deviceName } from '../account/deviceName.ts';
import { nodeHue } from '../node/hue.ts';
import { t } from '../settings/language.ts';
import { addresseeOf } from '../state/addressee.ts';
import { keyOf } from '../state/chats.ts';
import { client, demonstration } from '../state/im.ts';
import { NewTabIcon } from '../ui/icons.tsx';
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

interface Step {
  readonly key: string;
  readonly what: string;
  readonly node?: string;
  readonly ms: number;
  readonly note?: string | undefined;
}

/** How a message came, step by step: taken, stored, published, and written by which nodes to which of one's own devices. What the nodes have forgotten is not there. */
export function Journey({ line }: { line: Line }) {
  const parts = useWay(line);
  const names = useDeviceNames(parts);
  const words = t.value;
  const { node, via, at } = line;
  const taken = parts.find((part) => part.taken)?.taken;
  const placesOf = ({ brought }: WayPart) =>
    brought!.mine.map(({ connection, session }) => (connection === client.hello?.connection ? words.thisTab : session === client.hello?.session ? words.otherTab : (names.get(session ?? '') ?? words.unknownDevice)));
  const brought: Step[] = parts.filter((part) => part.brought).map((part) => ({
    key: part.node, what: words.wayBrought, node: part.node, ms: part.brought!.ms,
    note: [words.connections(part.brought!.connections), counted(placesOf(part))].filter(Boolean).join(' · '),
  }));
  const live: Step[] = via && !brought.some((step) => step.node === via.node) ? [{ key: via.node, what: words.wayBrought, node: via.node, ms: via.ms, note: words.thisTab }] : [];
  const steps: Step[] = [
    { key: 'taken', what: words.wayTaken, node, ms: 0, note: exactText(at) },
    ...(taken ? [{ key: 'stored', what: words.wayStored, ms: taken.storedMs }] : []),
    ...(taken?.publishedMs === undefined ? [] : [{ key: 'published', what: words.wayPublished, ms: taken.publishedMs }]),
    ...brought,
    ...live,
  ].sort((a, b) => a.ms - b.ms);
  const total = Math.max(...steps.map(({ ms }) => ms), 0.1);
  const dashboard = demonstration.value?.dashboard;
  return (
    <div class="journey" data-testid="journey" data-parts={parts.length} data-stored={taken?.storedMs}>
      <ol>
        {steps.map(({ key, what, node: by, ms, note }) => (
          <li key={key} data-testid="journey-step" data-step={by && key !== 'taken' ? 'brought' : key} data-node={by}>
            <span class="journey-what">
              {what}
              {by && <NodeName node={by} />}
            </span>
            <span class="journey-bar" style={{ '--at': `${(100 * ms) / total}%` }} aria-hidden="true" />
            <strong>{words.came(ms.toFixed(1))}</strong>
            {note && <span class="journey-note">{note}</span>}
          </li>
        ))}
      </ol>
      <p>
        {!via && `${words.fromHistory} · `}#{line.line}
        {dashboard && taken?.trace && (
          <a href={`${dashboard}/traces/detail/${taken.trace}`} target="_blank" rel="noopener noreferrer" data-testid="journey-trace">
            {words.wayTrace}
            <NewTabIcon />
          </a>
        )}
      </p>
    </div>
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

/** The same device twice is said once, with how often. */
function counted(names: readonly string[]): string {
  return [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length] as const).map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)).join(', ');
}

/** What the nodes say, each for itself: asked when it is looked at. */
function useWay(line: Line): readonly WayPart[] {
  const [parts, setParts] = useState<readonly WayPart[]>([]);
  useEffect(() => {
    const stop = client.on('way', (part) => {
      if (part.conversation === line.conversation && part.seq === line.seq) setParts((before) => [...before.filter(({ node }) => node !== part.node), part]);
    });
    client.way(addresseeOf(keyOf(line)), line.seq);
    return stop;
  }, [line.conversation, line.seq]);
  return parts;
}

/** What the user's other devices are called, where one of them got it. */
function useDeviceNames(parts: readonly WayPart[]): ReadonlyMap<string, string> {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const others = parts.some(({ brought }) => brought?.mine.some(({ session }) => session !== client.hello?.session));
  useEffect(() => {
    if (others) client.http.sessions().then((list) => setNames(new Map(list.map(({ id, device }) => [id, deviceName(device)]))), () => {});
  }, [others]);
  return names;
}
