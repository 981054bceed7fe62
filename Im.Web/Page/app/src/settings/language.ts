import { ImError } from '@im/client';
import { batch, computed, effect, signal } from '@preact/signals';
import { englishTag } from '../ui/englishTag.ts';
import { languages, type Language } from './chosenLanguage.ts';
import { dictionaryOf, firstDictionary, firstLanguage } from './dictionaries.ts';
import { store } from './stored.ts';

export const language = signal(firstLanguage);

/** Every text of the page, in the language chosen. */
export const t = signal(await firstDictionary);

/** What the switch leads to. */
export const otherLanguage = computed<Language>(() => languages[(languages.indexOf(language.value) + 1) % languages.length]!);

/** For dates and times, and for `lang`. */
export const localeOf = (of: Language): string => (of === 'en' ? englishTag(navigator.languages) : of === 'zh' ? 'zh-CN' : of);

/** @throws Where its texts cannot be fetched; then the language stays. */
export async function switchLanguage(): Promise<void> {
  const next = otherLanguage.value;
  const texts = await dictionaryOf(next);
  batch(() => {
    language.value = next;
    t.value = texts;
  });
  store('local', 'im.language', next);
}

export const errorText = (code: string): string => t.value.errors[code] ?? t.value.unknownError(code);

/** The refusal that was caught; a fault of the page itself counts as `internal`. */
export const failureOf = (error: unknown): ImError => (error instanceof ImError ? error : new ImError('internal', String(error)));

export const failureText = ({ code, retryAfterMs }: ImError): string =>
  code === 'slow_down' && retryAfterMs ? t.value.slowDown(Math.ceil(retryAfterMs / 1000)) : errorText(code);

effect(() => {
  document.documentElement.lang = language.value === 'en' ? 'en' : localeOf(language.value);
});
