import { isRoom, lobby, type Addressee, type Timeline } from '@im/client';
import type { ChatKey } from './route.ts';

const roomPrefix = 'r/';

export const isRoomKey = (key: ChatKey): boolean => key.startsWith(roomPrefix);

/** The id of the room behind a key. */
export const roomOf = (key: ChatKey): string => key.slice(roomPrefix.length);

export const addresseeOf = (key: ChatKey): Addressee => (key === 'lobby' ? lobby : isRoomKey(key) ? { conversation: roomOf(key) } : { user: key });

export const keyOfTimeline = ({ addressee }: Timeline): ChatKey => ('user' in addressee ? addressee.user : keyOfConversation(addressee.conversation, undefined));

/** Of a direct conversation it is the other person's id. */
export const keyOfConversation = (conversation: string, peer: string | undefined): ChatKey =>
  conversation === 'lobby' ? 'lobby' : isRoom(conversation) ? roomPrefix + conversation : (peer ?? '');
