import type { Announcement } from '@im/client';
import { signal } from '@preact/signals';
import { t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { exactText, timeText } from '../ui/times.ts';
import './announcements.css';

const maxShown = 3;

const announcements = signal<readonly Announcement[]>([]);

client.on('announcement', (announcement) => (announcements.value = [...announcements.value, announcement].slice(-maxShown)));

/** What the administrators tell everybody, the newest three, until one has read them. The region is always there: only so is what comes into it read out. */
export function Announcements() {
  return (
    <ul class="announcements" aria-label={t.value.announcements} aria-live="assertive" aria-relevant="additions">
      {announcements.value.map((each) => (
        <li key={`${each.at} ${each.text}`} class="announcement" data-testid="announcement">
          <p>
            <strong>{t.value.announcement}</strong> <time title={exactText(each.at)}>{timeText(each.at)}</time>
            <br />
            <bdi>{each.text}</bdi>
          </p>
          <button
            type="button"
            class="icon-button"
            aria-label={t.value.dismiss}
            title={t.value.dismiss}
            onClick={() => (announcements.value = announcements.value.filter((other) => other !== each))}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
