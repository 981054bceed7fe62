import type { User } from '@im/client';
import { signal } from '@preact/signals';
import { learn } from './cards.ts';
import { client } from './im.ts';

/** Who was met and need not be in any list: by a link, or as the author of a line. null: there is nobody with that id, or nobody any more. */
export const met = signal<ReadonlyMap<string, User | null>>(new Map());

const asking = new Set<string>();

export function meet(user: User): void {
  met.value = new Map(met.value).set(user.id, user);
}

/** Asks who somebody is. Without an answer nothing is known: the next connection asks again. */
export async function lookUp(id: string): Promise<void> {
  if (asking.has(id)) return;
  asking.add(id);
  try {
    const user = await client.http.user(id);
    learn([user]);
    meet(user);
  } catch (error) {
    if ((error as { code?: string }).code === 'not_found') met.value = new Map(met.value).set(id, null);
  } finally {
    asking.delete(id);
  }
}
