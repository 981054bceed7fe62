import type { Gap, ReceivedMessage, User } from '@im/client';
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
  /** What is new begins here: with the first message, or in the gap before it. */
  readonly startsNew: boolean;
  /** Messages that are not loaded stand between the group before and this one. */
  readonly gap?: Gap;
  readonly items: readonly Shown[];
}

const oneBreathMs = 5 * 60_000;

/** What a conversation shows. `newAfter`: everything up to there was read. */
export interface Contents {
  readonly messages: readonly ReceivedMessage[];
  readonly gaps?: readonly Gap[];
  readonly outgoing?: readonly Outgoing[];
  readonly me: User | null | undefined;
  readonly newAfter?: number | undefined;
}

export function groupMessages({ messages, gaps = [], outgoing = [], me, newAfter }: Contents): Group[] {
  const groups: (Group & { items: Shown[] })[] = [];
  let isNew = false;
  let lastAt: number | undefined;
  const add = (sender: string, nickname: string, item: Shown, startsNew = false, gap?: Gap) => {
    const group = groups.at(-1);
    const startsDay = lastAt === undefined || !sameDay(lastAt, item.at);
    if (group && group.sender === sender && !startsDay && !startsNew && !gap && item.at - lastAt! < oneBreathMs) group.items.push(item);
    else groups.push({ key: item.key, sender, nickname, mine: sender === me?.id, at: item.at, startsDay, startsNew, ...(gap && { gap }), items: [item] });
    lastAt = item.at;
  };
  for (const message of messages) {
    const gap = gaps.find((each) => each.beforeSeq === message.seq);
    const firstNew = gap && newAfter !== undefined && newAfter < gap.beforeSeq - 1;
    const startsNew: boolean = !isNew && newAfter !== undefined && (firstNew || (message.seq > newAfter && message.from.id !== me?.id));
    isNew ||= startsNew;
    const item = { key: `${message.from.id} ${message.id}`, text: message.text, at: message.at, message };
    add(message.from.id, message.from.nickname, item, startsNew, gap);
  }
  if (me) for (const each of outgoing) add(me.id, me.nickname, { key: `${me.id} ${each.id}`, text: each.text, at: each.at, outgoing: each });
  return groups;
}
