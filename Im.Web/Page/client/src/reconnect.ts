/** Whether to connect again after a close, and when: the close-code table of docs/protocol.md. */

const firstMs = 250;
const longestMs = 10_000;
const restartJitterMs = 1_000;

/** 4000–4499: not by ourselves. Everything else, 1006 included, is worth another try. */
export function mayReconnect(closeCode: number): boolean {
  return closeCode < 4000 || closeCode > 4499;
}

/**
 * Milliseconds to wait before the `attempt`-th try (1 is the first) after a close with `closeCode`:
 * random up to min(10 s, 0.25 s × 2ⁿ), or up to 1 s at once where the node said that it restarts.
 */
export function reconnectDelayMs(closeCode: number, attempt: number, random: number): number {
  const upTo = closeCode === 1012 && attempt === 1 ? restartJitterMs : Math.min(longestMs, firstMs * 2 ** attempt);
  return random * upTo;
}
