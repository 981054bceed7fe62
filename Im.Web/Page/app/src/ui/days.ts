export const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Days between two times, on the device's calendar; 0 is the same day. Rounded, because a day on which the clocks change is not 24 hours long. */
export const daysBefore = (at: number, now: number): number => Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
