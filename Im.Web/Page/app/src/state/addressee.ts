import { lobby, type Addressee } from '@im/client';
import type { ChatKey } from './route.ts';

export const addresseeOf = (key: ChatKey): Addressee => (key === 'lobby' ? lobby : { user: key });
