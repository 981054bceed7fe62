import { t } from '../settings/language.ts';
import type { KindView } from './kinds.ts';

/** A kind that a newer page knows. */
export const unknownView: KindView = {
  Body: () => <p class="bubble bubble-removed quiet">{t.value.unknownKind}</p>,
  preview: () => t.value.unknownKind,
};
