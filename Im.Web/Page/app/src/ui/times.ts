import { computed } from '@preact/signals';
import { language, t } from '../settings/language.ts';
import { daysBefore } from './days.ts';
import { englishTag } from './englishTag.ts';

const formats = computed(() => {
  const tag = language.value === 'zh' ? 'zh-CN' : englishTag(navigator.languages);
  return {
    time: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }),
    exact: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' }),
    moment: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    weekday: new Intl.DateTimeFormat(tag, { weekday: 'long', month: 'long', day: 'numeric' }),
    date: new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'long', day: 'numeric' }),
    short: new Intl.DateTimeFormat(tag, { month: 'numeric', day: 'numeric' }),
  };
});

export const timeText = (at: number): string => formats.value.time.format(at);

export const exactText = (at: number): string => formats.value.exact.format(at);

export const momentText = (at: number): string => formats.value.moment.format(at);

export function dayText(at: number): string {
  const days = daysBefore(at, Date.now());
  if (days <= 0) return t.value.today;
  if (days === 1) return t.value.yesterday;
  return (days < 300 ? formats.value.weekday : formats.value.date).format(at);
}

/** For a list: the time today, else the day. */
export function shortText(at: number): string {
  const days = daysBefore(at, Date.now());
  if (days <= 0) return timeText(at);
  return days === 1 ? t.value.yesterday : formats.value.short.format(at);
}
