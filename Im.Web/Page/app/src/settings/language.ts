import { ImError } from '@im/client';
import { computed, effect, signal } from '@preact/signals';
import { en, type Dictionary } from '../language/en.ts';
import { zh } from '../language/zh.ts';
import { store, stored } from './stored.ts';

export type Language = 'en' | 'zh';

const dictionaries: Record<Language, Dictionary> = { en, zh };

const preferred = (): Language => {
  const kept = stored('local', 'im.language');
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) ? 'zh' : 'en';
};

export const language = signal<Language>(preferred());

/** Every text of the page, in the language chosen. */
export const t = computed(() => dictionaries[language.value]);

export const otherLanguage = computed<Language>(() => (language.value === 'en' ? 'zh' : 'en'));

export const nameOf = (other: Language): Dictionary => dictionaries[other];

export function switchLanguage(): void {
  language.value = otherLanguage.value;
  store('local', 'im.language', language.value);
}

export const errorText = (code: string): string => t.value.errors[code] ?? t.value.unknownError(code);

/** The refusal that was caught; a fault of the page itself counts as `internal`. */
export const failureOf = (error: unknown): ImError => (error instanceof ImError ? error : new ImError('internal', String(error)));

export const failureText = ({ code, retryAfterMs }: ImError): string =>
  code === 'slow_down' && retryAfterMs ? t.value.slowDown(Math.ceil(retryAfterMs / 1000)) : errorText(code);

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});
