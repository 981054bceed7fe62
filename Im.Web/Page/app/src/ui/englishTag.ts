// Chromium lists `en-US@posix` where LANG is unset or C; Intl throws on such a tag.
const plainEnglish = /^en(-([a-z]{2}|\d{3}))?$/i;

/** The kind of English that this browser prefers, for dates and times. */
export const englishTag = (languages: readonly string[]): string => languages.find((each) => plainEnglish.test(each)) ?? 'en';
