import { ImError } from './errors.ts';
import type { FileContent } from './kinds.ts';

/** How much room there is for one's files, in bytes. */
export interface FileSpace {
  /** Of one file. */
  readonly maxBytes: number;
  readonly usedBytes: number;
  readonly userBytes: number;
}

export interface UploadOptions {
  /** Hears how much was sent, from 0 to 1; only where there is XMLHttpRequest, as in browsers. */
  readonly onProgress?: (share: number) => void;
  /** Gives the upload up: nothing is kept of it, and it fails with `cancelled`. */
  readonly signal?: AbortSignal;
}

/** What it needs of the HTTP half: the rest of the protocol's requests are JSON, and short. */
export interface FileHttp {
  readonly origin: string;
  readonly fetch: typeof fetch;
  /** The browser's cookie goes along. */
  readonly hasCookie: boolean;
  readonly headers: () => Record<string, string>;
  readonly ask: <Answer>(method: string, path: string) => Promise<Answer>;
  readonly problem: (response: Response) => Promise<ImError>;
}

/** Files: uploaded first, then posted as `{ kind: 'file', content }`. Until then one is its owner's alone, and after a day it is deleted. Failures are `ImError`s with the problem's code. */
export class Files {
  readonly #http: FileHttp;

  constructor(http: FileHttp) {
    this.#http = http;
  }

  /** @returns the content to be posted, to which a `caption` may be added. `too_large`, `quota_full` where there is no room. */
  upload(file: Blob, name: string, options: UploadOptions = {}): Promise<FileContent> {
    const address = `${this.#http.origin}/api/files?name=${encodeURIComponent(name)}`;
    return typeof XMLHttpRequest === 'undefined' ? this.#uploadQuietly(address, file, options) : this.#upload(address, file, options);
  }

  /** For `src` and `href` on the page's own origin: whoever may read the line may read the file. */
  address(file: string): string {
    return `${this.#http.origin}/api/files/${encodeURIComponent(file)}`;
  }

  thumbnailAddress(file: string): string {
    return `${this.address(file)}/thumbnail`;
  }

  /** Somebody's picture of this version, square: for who is logged in. Of another picture it is another address, so it may be kept for good. */
  userPicture(user: string, version: string, size: 96 | 256 = 96): string {
    return `${this.#http.origin}/api/users/${user}/pictures/${version}/${size}`;
  }

  /** The same of a room: for who is in it, and of a public one for everybody who is logged in. */
  roomPicture(room: string, version: string, size: 96 | 256 = 96): string {
    return `${this.#http.origin}/api/rooms/${room}/pictures/${version}/${size}`;
  }

  /** The file's bytes as they come; `not_found` where its line was recalled, or is not one's own to read. */
  async open(file: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch(this.address(file), { ...(signal && { signal }) });
    return response.body!;
  }

  /** Deletes one that is not posted. */
  delete(file: string): Promise<void> {
    return this.#http.ask('DELETE', `/api/files/${encodeURIComponent(file)}`);
  }

  space(): Promise<FileSpace> {
    return this.#http.ask('GET', '/api/files');
  }

  async #uploadQuietly(address: string, body: Blob, { signal }: UploadOptions): Promise<FileContent> {
    const response = await this.#fetch(address, { method: 'POST', body, ...(signal && { signal }) });
    return (await response.json()) as FileContent;
  }

  async #fetch(address: string, init: RequestInit): Promise<Response> {
    const { fetch, headers, hasCookie, problem } = this.#http;
    let response: Response;
    try {
      response = await fetch(address, { ...init, headers: { ...headers(), 'X-Im': '1' }, credentials: hasCookie ? 'same-origin' : 'omit' });
    } catch (error) {
      throw new ImError(init.signal?.aborted ? 'cancelled' : 'unreachable', error instanceof Error ? error.message : String(error));
    }
    if (!response.ok) throw await problem(response);
    return response;
  }

  // fetch does not tell how much was sent.
  #upload(address: string, file: Blob, { onProgress, signal }: UploadOptions): Promise<FileContent> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = () => request.abort();
      request.open('POST', address);
      for (const [name, value] of Object.entries({ ...this.#http.headers(), 'X-Im': '1' })) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
      request.onload = () => {
        if (request.status === 200) return resolve(JSON.parse(request.responseText) as FileContent);
        const headers = { 'Retry-After': request.getResponseHeader('Retry-After') ?? '' };
        void this.#http.problem(new Response(request.responseText, { status: request.status, headers })).then(reject);
      };
      request.onerror = () => reject(new ImError('unreachable', 'The upload was cut off.'));
      request.onabort = () => reject(new ImError('cancelled', 'The upload was given up.'));
      request.onloadend = () => signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(new ImError('cancelled', 'The upload was given up.'));
      signal?.addEventListener('abort', abort);
      request.send(file);
    });
  }
}
