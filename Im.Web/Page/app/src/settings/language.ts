import { ImError } from '@im/client';
import { computed, effect, signal } from '@preact/signals';
import { en, type Dictionary } from '../language/en.ts';
import { zh } from '../language/zh.ts';
import { zhTW } from '../language/zhTW.ts';
import { englishTag } from '../ui/englishTag.ts';
import { chosenLanguage, languages, type Language } from './chosenLanguage.ts';
import { store, stored } from './stored.ts';

const dictionaries: Record<Language, Dictionary> = { en, zh, 'zh-TW': zhTW };

const kept = stored('local', 'im.language');

export const language = signal<Language>(languages.find((each) => each === kept) ?? chosenLanguage(navigator.languages));

/** Every text of the page, in the language chosen. */
export const t = computed(() => dictionaries[language.value]);

/** What the switch leads to. */
export const otherLanguage = computed<Language>(() => languages[(languages.indexOf(language.value) + 1) % languages.length]!);

export const dictionaryOf = (other: Language): Dictionary => dictionaries[other];

/** For dates and times, and for `lang`. */
export const localeOf = (of: Language): string => (of === 'en' ? englishTag(navigator.languages) : of === 'zh' ? 'zh-CN' : of);

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
  document.documentElement.lang = language.value === 'en' ? 'en' : localeOf(language.value);
});
