import { useSignal } from '@preact/signals';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { startOfDay } from '../ui/days.ts';
import { dayText } from '../ui/times.ts';
import { OpenConversation } from './OpenConversation.ts';

/** The day that begins here. Pressed, it asks for another one to go to. */
export function DayMark({ at }: { at: number }) {
  const { goToDay } = useContext(OpenConversation)!;
  const asks = useSignal(false);
  const item = useRef<HTMLLIElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), [asks.value]);
  const stay = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    asks.value = false;
    queueMicrotask(() => item.current?.querySelector('button')?.focus({ preventScroll: true }));
  };
  const go = (event: Event) => {
    event.preventDefault();
    const day = field.current!.valueAsDate;
    if (!day) return;
    asks.value = false;
    void goToDay(new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()).getTime());
  };
  return (
    <li class="day" ref={item}>
      {asks.value ? (
        <form class="day-form" onSubmit={go} onKeyDown={stay}>
          <input ref={field} type="date" class="day-field" data-testid="day-field" aria-label={t.value.goToDay} required defaultValue={dateText(at)} max={dateText(Date.now())} />
          <button type="submit" class="day-button" data-testid="day-go">
            {t.value.goThere}
          </button>
        </form>
      ) : (
        <button type="button" class="day-button" data-testid="day" title={t.value.goToDay} aria-description={t.value.goToDay} onClick={() => (asks.value = true)}>
          {dayText(at)}
        </button>
      )}
    </li>
  );
}

/** A day as a date field writes it. */
function dateText(at: number): string {
  const day = new Date(startOfDay(at));
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
