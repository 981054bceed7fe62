import { Administration } from '@im/client';
import { signal } from '@preact/signals';
import { client } from '../state/im.ts';

export const admin = new Administration(client.http);

/** A page of reports; more than that is shown as so many and more. */
export const reportsOnPage = 50;

/** How many reports nobody has closed, as far as one page says. */
export const openReports = signal(0);

export const lookAtReports = (): Promise<void> =>
  admin.reports({ closed: false }).then(
    (reports) => void (openReports.value = reports.length),
    () => {},
  );

export const adminHref = (...parts: readonly string[]): string => `#/admin/${parts.map(encodeURIComponent).join('/')}`;
