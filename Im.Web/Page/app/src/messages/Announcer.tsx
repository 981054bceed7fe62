import { isSystem } from '@im/client';
import { signal } from '@preact/signals';
import { previewOf } from '../kinds/kinds.ts';
import { isolated } from '../language/isolated.ts';
import { t } from '../settings/language.ts';
import { keyOfTimeline } from '../state/addressee.ts';
import { blocked } from '../state/blocked.ts';
import { chatOf, isRequest } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import { selected } from '../state/route.ts';
import { nameOf } from '../ui/names.ts';

const nothing = { key: '', line: '', text: '' };
const latest = signal(nothing);

client.on('event', ({ timeline, event, line }) => {
  if (event.effect === 'erase' && latest.value.line === `${event.conversation} ${event.target}`) latest.value = nothing; // nobody is to find it here
  if (event.line === undefined || !line || event.from.id === me.value?.id || !event.via) return;
  const chat = keyOfTimeline(timeline);
  if (chat !== selected.value && (isSystem(line) || isRequest(chatOf(chat)))) return;
  if (blocked.value.has(event.from.id)) return;
  const nickname = nameOf(event.from);
  latest.value = { key: `${chat} ${event.seq}`, line: `${event.conversation} ${event.line}`, text: chat === selected.value ? isSystem(line) ? previewOf(line) : `${isolated(nickname)}: ${previewOf(line)}` : t.value.newFrom(nickname) };
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
