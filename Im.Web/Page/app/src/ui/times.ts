import { computed, signal } from '@preact/signals';
import { language, localeOf, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { daysBefore, startOfDay } from './days.ts';

const lookEveryMs = 30_000;

// Drawn again at midnight, and when a node says that the device's clock is wrong. It begins in the device's time zone: where the reader is.
const today = signal(startOfDay(client.now));
const look = () => (today.value = startOfDay(client.now));
setInterval(look, lookEveryMs);
document.addEventListener('visibilitychange', look);
client.on('state', look);

const formats = computed(() => {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(localeOf(language.value), options);
  return {
    time: format({ timeStyle: 'short' }),
    exact: format({ dateStyle: 'medium', timeStyle: 'medium' }),
    moment: format({ dateStyle: 'medium', timeStyle: 'short' }),
    weekday: format({ weekday: 'short' }),
    day: format({ weekday: 'long', month: 'long', day: 'numeric' }),
    dayOfYear: format({ year: 'numeric', month: 'long', day: 'numeric' }),
    short: format({ month: 'short', day: 'numeric' }),
    shortOfYear: format({ year: 'numeric', month: 'short', day: 'numeric' }),
  };
});

export const timeText = (at: number): string => formats.value.time.format(at);

export const exactText = (at: number): string => formats.value.exact.format(at);

export const momentText = (at: number): string => formats.value.moment.format(at);

const isThisYear = (at: number): boolean => new Date(at).getFullYear() === new Date(today.value).getFullYear();

export function dayText(at: number): string {
  const days = daysBefore(at, today.value);
  if (days <= 0) return t.value.today;
  if (days === 1) return t.value.yesterday;
  return (isThisYear(at) ? formats.value.day : formats.value.dayOfYear).format(at);
}

/** For a list: the time today, then the day, as short as it is clear. */
export function shortText(at: number): string {
  const days = daysBefore(at, today.value);
  if (days <= 0) return timeText(at);
  if (days === 1) return t.value.yesterday;
  if (days < 7) return formats.value.weekday.format(at);
  return (isThisYear(at) ? formats.value.short : formats.value.shortOfYear).format(at);
}
