import { contentOf, marksOf } from './kinds.ts';
import type { Line, Sender } from './protocol.ts';

export interface Reaction {
  readonly key: string;
  readonly count: number;
  readonly mine: boolean;
  readonly nicknames: readonly string[];
  readonly users: readonly Sender[];
}

/** The reactions on a line, in the order in which they were first given by those whose reactions are there. */
export function reactionsOf(line: Line, me: string | undefined): Reaction[] {
  const byKey = new Map<string, Reaction>();
  for (const event of marksOf(line, 'reaction'))
    for (const key of contentOf(event, 'reaction')?.keys ?? []) {
      const { count = 0, mine = false, nicknames = [], users = [] } = byKey.get(key) ?? {};
      byKey.set(key, { key, count: count + 1, mine: mine || event.from.id === me, nicknames: [...nicknames, event.from.nickname], users: [...users, event.from] });
    }
  return [...byKey.values()];
}

/** All of the user's reactions on the line once this one is given, or taken back: what is posted. */
export function toggledReactions(line: Line, key: string, me: string): readonly string[] {
  const keys = contentOf(marksOf(line, 'reaction').find(({ from }) => from.id === me), 'reaction')?.keys ?? [];
  return keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key];
}
