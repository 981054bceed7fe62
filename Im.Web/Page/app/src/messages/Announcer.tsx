import { signal } from '@preact/signals';
import { t } from '../settings/language.ts';
import { client, me } from '../state/im.ts';
import { selected } from '../state/route.ts';

const latest = signal({ key: '', text: '' });

client.on('message', ({ timeline, message }) => {
  if (message.from.id === me.value?.id || !message.via) return;
  const chat = 'user' in timeline.addressee ? timeline.addressee.user : 'lobby';
  const { nickname } = message.from;
  latest.value = { key: `${chat} ${message.seq}`, text: chat === selected.value ? `${nickname}: ${message.text}` : t.value.newFrom(nickname) };
});

/** Reads new messages to those who do not see them; not the older ones that scrolling brings. An element for each: the same words again would be no change to read. */
export function Announcer() {
  const { key, text } = latest.value;
  return (
    <p class="visually-hidden" aria-live="polite" data-testid="announcer">
      <span key={key}>{text}</span>
    </p>
  );
}
