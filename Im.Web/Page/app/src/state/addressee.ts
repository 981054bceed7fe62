import { lobby, type Addressee, type Timeline } from '@im/client';
import type { ChatKey } from './route.ts';

export const addresseeOf = (key: ChatKey): Addressee => (key === 'lobby' ? lobby : { user: key });

export const keyOfTimeline = ({ addressee }: Timeline): ChatKey => ('user' in addressee ? addressee.user : 'lobby');
