import { contentOf, mentions, newestReplace, type Line } from '@im/client';
import { useSignal } from '@preact/signals';
import { goneText, isGone, viewOf } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { blocked } from '../state/blocked.ts';
import { connection, demonstration, me } from '../state/im.ts';
import type { Outgoing } from '../state/outgoing.ts';
import { WaitingIcon } from '../ui/icons.tsx';
import { exactText } from '../ui/times.ts';
import { ActionsButton } from './Actions.tsx';
import { Failure } from './Failure.tsx';
import { Journey, JourneyDots } from './Journey.tsx';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { Ticks } from './Ticks.tsx';
import './message.css';

export interface MessageItemProps {
  readonly line: Line;
  /** The line itself is on its way. */
  readonly outgoing?: Outgoing;
  /** What we did to it that was refused. */
  readonly refused?: readonly Outgoing[];
  /** Where it stands in what one person says in one breath: class names. */
  readonly place: string;
}

/** One line, of whichever kind. It is drawn again when what it shows changes, and not when the conversation grows. */
export function MessageItem({ line, outgoing, refused, place }: MessageItemProps) {
  const journey = useSignal(false);
  const status = !outgoing ? 'sent' : outgoing.failure ? 'failed' : connection.value.phase === 'ready' ? 'sending' : 'waiting';
  const gone = isGone(line);
  const unfolded = useSignal(false);
  const folded = line.to === undefined && !unfolded.value && blocked.value.has(line.from.id);
  const { Body } = viewOf(line);
  const edited = newestReplace(line.effects);
  return (
    <li
      class={`message ${place}${mentions(line, me.value?.id) ? ' message-mention' : ''}`}
      data-testid="message"
      data-status={status}
      data-kind={line.kind}
      data-line={outgoing ? undefined : line.line}
      data-seq={outgoing ? undefined : line.seq}
      data-node={outgoing ? undefined : line.node}
      data-via={outgoing ? undefined : (line.via?.node ?? 'history')}
      data-ms={line.via?.ms}
      aria-posinset={outgoing ? undefined : line.line}
      aria-setsize={outgoing ? undefined : -1}
      tabIndex={-1}
    >
      {line.target !== undefined && !gone && !folded && <Quote target={line.target} />}
      <div class="message-line">
        {gone ? <Gone line={line} /> : folded ? <Blocked onShow={() => (unfolded.value = true)} /> : <Body line={line} pending={outgoing !== undefined} />}
        {!outgoing && !gone && line.to !== undefined && line.from.id === me.value?.id && <Ticks line={line} />}
        {!outgoing && demonstration.value && (
          <button
            type="button"
            class="how"
            data-testid="message-how"
            aria-expanded={journey.value}
            aria-label={t.value.howItCame}
            title={t.value.howItCame}
            onClick={() => (journey.value = !journey.value)}
          >
            <JourneyDots line={line} />
          </button>
        )}
        {!outgoing && !gone && <ActionsButton line={line} />}
        {status === 'waiting' && (
          <span class="waiting" role="img" aria-label={t.value.waiting} title={t.value.waiting}>
            <WaitingIcon />
          </span>
        )}
        {status === 'sending' && <span class="sending" role="img" aria-label={t.value.sending} />}
      </div>
      {!gone && !folded && <Reactions line={line} />}
      {edited && (
        <p class="message-note quiet">
          <span data-testid="message-edited" title={exactText(edited.at)}>
            {t.value.edited}
          </span>
        </p>
      )}
      {journey.value && demonstration.value && <Journey line={line} />}
      {outgoing?.failure && <Failure outgoing={outgoing} />}
      {refused?.map((each) => <Failure key={each.id} outgoing={each} />)}
    </li>
  );
}

/** In place of what somebody wrote whom one has blocked. */
const Blocked = ({ onShow }: { onShow: () => void }) => (
  <p class="bubble bubble-removed quiet" data-testid="message-blocked">
    {t.value.fromBlocked}{' '}
    <button type="button" class="link-button" data-testid="message-blocked-show" onClick={onShow}>
      {t.value.showIt}
    </button>
  </p>
);

/** In place of what was recalled or removed. */
function Gone({ line }: { line: Line }) {
  const reason = line.effects.map((each) => contentOf(each, 'recall')?.reason).find(Boolean);
  return (
    <p class="bubble bubble-removed quiet" data-testid="message-removed" title={exactText(line.at)}>
      {goneText(line)}
      {reason && `. ${t.value.recalledWhy(reason)}`}
    </p>
  );
}
