import type { NotificationSettings } from '@im/client';

/** Whether nobody is to be told anything at this time, as the servers see it. */
export function isQuiet({ quiet }: NotificationSettings, now: number): boolean {
  if (!quiet) return false;
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: quiet.zone }).format(now);
  return quiet.from < quiet.until ? quiet.from <= time && time < quiet.until : quiet.from <= time || time < quiet.until;
}
