import { lazy } from '../ui/lazy.tsx';
import type { EmojiPickerProps } from './EmojiPicker.tsx';

export const EmojiPicker = lazy<EmojiPickerProps>(() => import('./EmojiPicker.tsx').then((part) => part.EmojiPicker));
