import type { Line } from '@im/client';
import { computed } from '@preact/signals';
import { t } from '../settings/language.ts';
import { chatOf } from '../state/chats.ts';
import { selected } from '../state/route.ts';
import { CheckIcon, TwoChecksIcon } from '../ui/icons.tsx';

/** How far the other one of the open conversation has read. */
const peerReadLine = computed(() => chatOf(selected.value).peerReadLine ?? 0);

/** Beside a line of one's own in a direct conversation: it is stored, or the other one has read it. What each promises is in docs/guarantees.md. */
export function Ticks({ line: { line } }: { line: Line }) {
  const seen = peerReadLine.value >= line;
  const label = seen ? t.value.seen : t.value.sent;
  return (
    <span class={seen ? 'ticks is-seen' : 'ticks'} role="img" aria-label={label} title={label} data-testid={seen ? 'message-seen' : 'message-sent'}>
      {seen ? <TwoChecksIcon /> : <CheckIcon />}
    </span>
  );
}
