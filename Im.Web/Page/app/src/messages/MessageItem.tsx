import { useSignal } from '@preact/signals';
import { errorText, t } from '../settings/language.ts';
import { connection } from '../state/im.ts';
import { discard, retry } from '../state/outgoing.ts';
import { WaitingIcon } from '../ui/icons.tsx';
import { exactText } from '../ui/times.ts';
import { isOnlyEmoji } from './emoji.ts';
import type { Shown } from './grouping.ts';
import { Journey, JourneyDots } from './Journey.tsx';
import { Linked } from './Linked.tsx';
import './message.css';

/**
 * One message. A long conversation has hundreds: with only signals for state, it is drawn again when what it shows changes and not when
 * the conversation grows.
 */
export function MessageItem({ message, outgoing, text, at }: Omit<Shown, 'key'>) {
  const open = useSignal(false);
  const status = message ? 'sent' : outgoing?.failure ? 'failed' : connection.value.phase === 'ready' ? 'sending' : 'waiting';
  return (
    <li
      class="message"
      data-testid="message"
      data-status={status}
      data-seq={message?.seq}
      data-node={message?.node}
      data-via={message ? (message.via?.node ?? 'history') : undefined}
      data-ms={message?.via?.ms}
    >
      <div class="message-line">
        {text === '' ? (
          <p class="bubble bubble-removed quiet" data-testid="message-removed" title={exactText(at)}>
            {t.value.removed}
          </p>
        ) : (
          <div class={isOnlyEmoji(text) ? 'bubble bubble-emoji' : 'bubble'} dir="auto" title={exactText(at)}>
            <Linked text={text} />
          </div>
        )}
        {message && (
          <button type="button" class="how" data-testid="message-how" aria-expanded={open.value} aria-label={t.value.howItCame} title={t.value.howItCame} onClick={() => (open.value = !open.value)}>
            <JourneyDots message={message} />
          </button>
        )}
        {status === 'waiting' && (
          <span class="waiting" role="img" aria-label={t.value.waiting} title={t.value.waiting}>
            <WaitingIcon />
          </span>
        )}
        {status === 'sending' && <span class="sending" role="img" aria-label={t.value.sending} />}
      </div>
      {message && open.value && <Journey message={message} />}
      {outgoing?.failure && (
        <p class="failure" role="alert">
          {t.value.notSent}: {errorText(outgoing.failure)}
          <button type="button" class="link-button" data-testid="message-retry" onClick={() => retry(outgoing)}>
            {t.value.retry}
          </button>
          <button type="button" class="link-button" onClick={() => discard(outgoing.id)}>
            {t.value.discard}
          </button>
        </p>
      )}
    </li>
  );
}
