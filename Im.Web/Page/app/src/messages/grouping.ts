import type { ReceivedMessage, User } from '@im/client';
import type { Outgoing } from '../state/outgoing.ts';
import { sameDay } from '../ui/days.ts';

/** A message as it is shown: `seq` is missing while it is on its way. */
export interface Shown {
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly message?: ReceivedMessage;
  readonly outgoing?: Outgoing;
}

/** Messages of one sender, one after the other within five minutes. */
export interface Group {
  readonly key: string;
  readonly sender: string;
  readonly nickname: string;
  readonly mine: boolean;
  readonly at: number;
  readonly startsDay: boolean;
  /** The first message that is new since the conversation was opened is in here, at the top. */
  readonly startsNew: boolean;
  readonly items: readonly Shown[];
}

const oneBreathMs = 5 * 60_000;

export function groupMessages(messages: readonly ReceivedMessage[], outgoing: readonly Outgoing[], me: User | null | undefined, newAfter: number | undefined): Group[] {
  const groups: (Group & { items: Shown[] })[] = [];
  let isNew = false;
  let lastAt: number | undefined;
  const add = (sender: string, nickname: string, item: Shown, startsNew: boolean) => {
    const group = groups.at(-1);
    const startsDay = lastAt === undefined || !sameDay(lastAt, item.at);
    if (group && group.sender === sender && !startsDay && !startsNew && item.at - lastAt! < oneBreathMs) group.items.push(item);
    else groups.push({ key: item.key, sender, nickname, mine: sender === me?.id, at: item.at, startsDay, startsNew, items: [item] });
    lastAt = item.at;
  };
  for (const message of messages) {
    const startsNew: boolean = !isNew && newAfter !== undefined && message.seq > newAfter && message.from.id !== me?.id;
    isNew ||= startsNew;
    add(message.from.id, message.from.nickname, { key: `${message.from.id} ${message.id}`, text: message.text, at: message.at, message }, startsNew);
  }
  if (me) for (const each of outgoing) add(me.id, me.nickname, { key: `${me.id} ${each.id}`, text: each.text, at: each.at, outgoing: each }, false);
  return groups;
}
