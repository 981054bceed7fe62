const hues = 6;

/** The colour of a node: by its number, so that realtime-1 looks the same in every tab, else by its name. */
export function nodeHue(node: string): number {
  const number = /(\d+)$/.exec(node)?.[1];
  if (number) return (Number(number) - 1 + hues) % hues;
  let hash = 0;
  for (const char of node) hash = (hash * 31 + char.codePointAt(0)!) >>> 0;
  return hash % hues;
}
