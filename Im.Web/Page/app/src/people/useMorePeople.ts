import type { OnlineUser } from '@im/client';
import { useState } from 'preact/hooks';
import { client } from '../state/im.ts';

/** People who are online and not among those that are listed by themselves, as they were when they were asked for. */
export function useMorePeople(listed: readonly OnlineUser[]): { people: readonly OnlineUser[]; load(): Promise<void> } {
  const [found, setFound] = useState<ReadonlyMap<string, OnlineUser>>(new Map());
  const [next, setNext] = useState<string>();
  const load = async () => {
    const page = await client.people(next);
    setFound((before) => new Map([...(next === undefined ? [] : before), ...page.users.map((user) => [user.id, user] as const)]));
    setNext(page.next);
  };
  return { people: [...found.values()].filter(({ id }) => !listed.some((user) => user.id === id)), load };
}
