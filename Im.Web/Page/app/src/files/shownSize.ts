import type { FileContent } from '@im/client';

const mostPixels = 320;
const leastPixels = 48;

/** How large a picture stands in the conversation: known before it is loaded, so nothing moves. Undefined for what is none. */
export function shownSize({ width, height }: FileContent): { width: number; height: number } | undefined {
  if (!width || !height) return undefined;
  const scale = Math.min(1, mostPixels / width, mostPixels / height);
  return { width: Math.max(leastPixels, Math.round(width * scale)), height: Math.max(leastPixels, Math.round(height * scale)) };
}
