import { effect, signal } from '@preact/signals';
import { language } from '../settings/language.ts';
import type { Language } from '../settings/chosenLanguage.ts';
import type { AdminTexts } from './texts/adminEn.ts';

// Nobody but administrators fetches them, and of them only one.
const files: Record<Language, () => Promise<AdminTexts>> = {
  en: () => import('./texts/adminEn.ts').then(({ adminEn }) => adminEn),
  zh: () => import('./texts/adminZh.ts').then(({ adminZh }) => adminZh),
  'zh-TW': () => import('./texts/adminZhTW.ts').then(({ adminZhTW }) => adminZhTW),
};

export const a = signal<AdminTexts>(undefined as never);

/** Nothing of these pages is drawn before. */
export const textsReady = files[language.peek()]().then((texts) => (a.value = texts));

effect(() => {
  const wanted = language.value;
  void textsReady.then(files[wanted]).then((texts) => language.peek() === wanted && (a.value = texts), () => {});
});
