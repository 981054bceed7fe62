export const languages = ['en', 'zh', 'zh-TW'] as const;
export type Language = (typeof languages)[number];

/** The first of a browser's languages that the page has; English if it has none. Of Chinese it has two scripts, and the region tells which where the tag does not. */
export function chosenLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const [language, ...parts] = tag.toLowerCase().split('-');
    if (language === 'en') return 'en';
    if (language === 'zh') return parts.includes('hant') || (!parts.includes('hans') && parts.some((part) => /^(tw|hk|mo)$/.test(part))) ? 'zh-TW' : 'zh';
  }
  return 'en';
}
