import { newId, type FileContent } from '@im/client';
import { signal } from '@preact/signals';
import { failureOf } from '../settings/language.ts';
import { client, me } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';

/** A file beside what is being written, uploaded at once and posted with it. */
export interface Attachment {
  readonly key: string;
  readonly chat: ChatKey;
  readonly file: File;
  readonly name: string;
  readonly state: 'waiting' | 'uploading' | 'ready' | 'failed';
  /** From 0 to 1. */
  readonly progress: number;
  readonly content?: FileContent;
  /** A code of the server's, or `unreachable`. */
  readonly failure?: string;
}

const atOnce = 3;

const running = new Map<string, AbortController>();
let maxBytes: number | undefined;

/** Of all conversations; gone with the page, and with its user. */
export const attachments = signal<readonly Attachment[]>([]);

let owner = me.value?.id;
me.subscribe((user) => {
  if (user?.id === owner) return;
  owner = user?.id;
  attachments.value.forEach(({ key }) => running.get(key)?.abort());
  attachments.value = [];
});

export const attachmentsOf = (chat: ChatKey): readonly Attachment[] => attachments.value.filter((each) => each.chat === chat);

export function attach(chat: ChatKey, files: Iterable<File>): void {
  attachments.value = [...attachments.value, ...[...files].map((file): Attachment => ({ key: newId(), chat, file, name: file.name || 'image.png', state: 'waiting', progress: 0 }))];
  next();
}

export function retryUpload(key: string): void {
  change(key, ({ failure: _, ...each }) => ({ ...each, state: 'waiting', progress: 0 }));
  next();
}

/** Takes one away: an upload under way is given up, what was uploaded is deleted. */
export function detach(key: string): void {
  const gone = attachments.value.find((each) => each.key === key);
  attachments.value = attachments.value.filter((each) => each.key !== key);
  running.get(key)?.abort();
  if (gone?.content) void client.files.delete(gone.content.file).catch(() => {}); // it goes by itself, after a day
}

/** They are posted, and no attachments any more. */
export function release(posted: readonly Attachment[]): void {
  attachments.value = attachments.value.filter((each) => !posted.includes(each));
}

function next(): void {
  for (const each of attachments.value) if (each.state === 'waiting' && running.size < atOnce) void upload(each);
}

async function upload({ key, file, name }: Attachment): Promise<void> {
  const abort = new AbortController();
  running.set(key, abort);
  change(key, (each) => ({ ...each, state: 'uploading' }));
  try {
    // Asked before, as a server that refuses a body hangs up on it.
    maxBytes ??= (await client.files.space()).maxBytes;
    if (file.size > maxBytes) return change(key, (each) => ({ ...each, state: 'failed', failure: 'too_large' }));
    const content = await client.files.upload(file, name, { signal: abort.signal, onProgress: (progress) => change(key, (each) => ({ ...each, progress })) });
    change(key, (each) => ({ ...each, state: 'ready', progress: 1, content }));
  } catch (error) {
    change(key, (each) => ({ ...each, state: 'failed', failure: failureOf(error).code }));
  } finally {
    running.delete(key);
    next();
  }
}

function change(key: string, to: (each: Attachment) => Attachment): void {
  attachments.value = attachments.value.map((each) => (each.key === key ? to(each) : each));
}
