import type { Dictionary } from '../language/en.ts';
import { chosenLanguage, languages, type Language } from './chosenLanguage.ts';
import { stored } from './stored.ts';

// Each is a file of its own: nobody fetches a language that they do not read.
const files: Record<Language, () => Promise<Dictionary>> = {
  en: () => import('../language/en.ts').then(({ en }) => en),
  zh: () => import('../language/zh.ts').then(({ zh }) => zh),
  'zh-TW': () => import('../language/zhTW.ts').then(({ zhTW }) => zhTW),
};

export const dictionaryOf = (language: Language): Promise<Dictionary> => files[language]();

const kept = stored('local', 'im.language');

/** What the page begins in. */
export const firstLanguage: Language = languages.find((each) => each === kept) ?? chosenLanguage(navigator.languages);

/** Asked for while the page's own script is still on its way: the build makes a script of its own of this module and what it imports (vite.config.ts). */
export const firstDictionary = dictionaryOf(firstLanguage);
