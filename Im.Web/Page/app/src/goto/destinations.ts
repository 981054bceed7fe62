import type { User } from '@im/client';
import { t } from '../settings/language.ts';
import { chatList, personOf } from '../state/chats.ts';
import { me, presence } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import { folded } from '../ui/fold.ts';
import { nameOf } from '../ui/names.ts';

/** A conversation or a person that one can go to. */
export interface Destination {
  readonly key: ChatKey;
  readonly name: string;
  readonly brief: string;
  readonly unread: number;
  readonly online: boolean;
}

const maxShown = 50;

/** Who types fast leaves the blanks of a name out. */
const plain = (text: string): string => folded(text).replaceAll(' ', '');

/** Conversations first, as the list has them, then people one has not talked with; of those that match, what begins with it comes before what contains it. */
export function destinations(wanted: string, further: readonly User[]): readonly Destination[] {
  const online = new Set(presence.value.users.map(({ id }) => id));
  const found = new Map<ChatKey, Destination>();
  const add = (key: ChatKey, name: string, brief = '', unread = 0) => {
    if (key !== me.value?.id && !found.has(key)) found.set(key, { key, name, brief, unread, online: online.has(key) });
  };
  for (const { key, unread } of chatList.value) {
    const person = personOf(key);
    if (key === 'lobby' || person) add(key, person ? nameOf(person) : t.value.lobby, person?.brief, unread);
  }
  if (me.value) for (const user of [...presence.value.users, ...further]) add(user.id, nameOf(user), user.brief);
  const text = plain(wanted);
  const rank = ({ name }: Destination) => (plain(name).startsWith(text) ? 0 : plain(name).includes(text) ? 1 : 2);
  return [...found.values()].map((each) => [rank(each), each] as const).filter(([order]) => order < 2).sort(([a], [b]) => a - b).slice(0, maxShown).map(([, each]) => each);
}
