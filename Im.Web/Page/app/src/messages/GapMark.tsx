import type { Gap } from '@im/client';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { errorText, t } from '../settings/language.ts';
import { DownIcon, UpIcon } from '../ui/icons.tsx';
import './gap.css';

/** So few are shown in one step, whichever side they are read from. */
const onePage = 50;

/** Messages that are not loaded: how many, and a button for either side. The button keeps the focus while there is more. */
export function GapMark({ gap, load }: { gap: Gap; load: (gap: Gap, side: 'start' | 'end') => Promise<void> }) {
  const busy = useSignal(false);
  const failure = useSignal<string | undefined>(undefined);
  const read = async (side: 'start' | 'end') => {
    if (busy.value) return;
    busy.value = true;
    failure.value = undefined;
    await load(gap, side).catch((error: { code?: string }) => (failure.value = error.code ?? 'internal'));
    busy.value = false;
  };
  const { count } = gap;
  return (
    <li class="gap" data-testid="gap" data-count={count} aria-busy={busy.value}>
      <div class="gap-line">
        <GapButton side="start" hint={t.value.gapStartHint} onClick={() => void read('start')}>
          <DownIcon />
          {count > onePage ? t.value.gapStart : t.value.gapWhole}
        </GapButton>
        <p class="gap-count" role="status">
          {t.value.gap(count)}
        </p>
        {count > onePage && (
          <GapButton side="end" hint={t.value.gapEndHint} onClick={() => void read('end')}>
            {t.value.gapEnd}
            <UpIcon />
          </GapButton>
        )}
      </div>
      {failure.value && (
        <p class="gap-failure" role="alert">
          {errorText(failure.value)}
        </p>
      )}
    </li>
  );
}

function GapButton({ side, hint, onClick, children }: { side: 'start' | 'end'; hint: string; onClick: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class="gap-button" data-testid={`gap-${side}`} title={hint} aria-description={hint} onClick={onClick}>
      {children}
    </button>
  );
}
