import { signal } from '@preact/signals';
import { t } from '../settings/language.ts';
import { client, me } from '../state/im.ts';
import { selected } from '../state/route.ts';

const latest = signal('');

client.on('message', ({ timeline, message }) => {
  if (message.from.id === me.value?.id || !message.via) return;
  const chat = 'user' in timeline.addressee ? timeline.addressee.user : 'lobby';
  const { nickname } = message.from;
  latest.value = chat === selected.value ? `${nickname}: ${message.text}` : t.value.newFrom(nickname);
});

/** Reads new messages to those who do not see them; not the older ones that scrolling brings. */
export function Announcer() {
  return (
    <p class="visually-hidden" aria-live="polite" data-testid="announcer">
      {latest}
    </p>
  );
}
