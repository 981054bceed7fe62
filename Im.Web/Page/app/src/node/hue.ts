import { signal } from '@preact/signals';
import { client, demonstration } from '../state/im.ts';

const hues = 6;

/** The nodes there are, by name. */
const known = signal<readonly string[]>([]);

export function learnNodes(names: readonly string[]): void {
  const sorted = [...names].sort();
  if (sorted.join() !== known.value.join()) known.value = sorted;
}

client.on('state', ({ phase }) => {
  if (phase !== 'ready' || !demonstration.value) return;
  client.nodes().then(
    (nodes) => learnNodes(nodes.map((node) => node.name)),
    () => {}, // then each has the colour of its name
  );
});

/**
 * The colour of a node, the same in every tab: by its number (realtime-1), else by its place among the nodes there are; one that is no more has
 * the colour of its name.
 */
export function nodeHue(node: string): number {
  const number = /-(\d{1,2})$/.exec(node)?.[1];
  if (number) return (Number(number) + hues - 1) % hues;
  const place = known.value.indexOf(node);
  if (place >= 0) return place % hues;
  let hash = 0;
  for (const char of node) hash = (hash * 31 + char.codePointAt(0)!) >>> 0;
  return hash % hues;
}
