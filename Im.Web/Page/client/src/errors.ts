/** A refusal of the node or of the HTTP API. `code` is one of docs/protocol.md, or `unreachable` where no answer came at all. */
export class ImError extends Error {
  readonly code: string;
  /** The same request may be made again after this many milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ImError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const retryable = new Set(['busy', 'slow_down', 'unavailable', 'internal']);

/** Whether the same frame, with the same id, may be sent again (docs/protocol.md, `error`). */
export function mayRetry(code: string, retryAfterMs: number | undefined): boolean {
  return retryAfterMs !== undefined || retryable.has(code);
}
