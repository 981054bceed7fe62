import { computed } from '@preact/signals';
import { language, t } from '../settings/language.ts';

const formats = computed(() => {
  const tag = language.value === 'zh' ? 'zh-CN' : (navigator.languages.find((each) => each.startsWith('en')) ?? 'en');
  return {
    time: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }),
    exact: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' }),
    weekday: new Intl.DateTimeFormat(tag, { weekday: 'long', month: 'long', day: 'numeric' }),
    date: new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'long', day: 'numeric' }),
    short: new Intl.DateTimeFormat(tag, { month: 'numeric', day: 'numeric' }),
  };
});

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Days between a time and today; 0 is today. Rounded, because a day of the change of clocks is not 24 hours long. */
const daysAgo = (at: number): number => Math.round((startOfDay(Date.now()) - startOfDay(at)) / 86_400_000);

export const sameDay = (a: number, b: number): boolean => startOfDay(a) === startOfDay(b);

export const timeText = (at: number): string => formats.value.time.format(at);

export const exactText = (at: number): string => formats.value.exact.format(at);

export function dayText(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return t.value.today;
  if (days === 1) return t.value.yesterday;
  return (days < 300 ? formats.value.weekday : formats.value.date).format(at);
}

/** For a list: the time today, else the day. */
export function shortText(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return timeText(at);
  return days === 1 ? t.value.yesterday : formats.value.short.format(at);
}
