import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { momentText } from '../ui/times.ts';
import { a } from './texts.ts';

const typedForMs = 250;

/** What was typed, when its writer has stopped for a moment. */
export function useTyped(): { text: string; settled: string; onInput: (event: { currentTarget: HTMLInputElement }) => void } {
  const [text, setText] = useState('');
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), typedForMs);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, settled, onInput: (event) => setText(event.currentTarget.value) };
}

export function Search({ label, value, onInput }: { label: string; value: string; onInput: (event: { currentTarget: HTMLInputElement }) => void }) {
  return <input class="rooms-search admin-search" type="search" data-testid="admin-search" maxLength={64} autocomplete="off" placeholder={label} aria-label={label} value={value} onInput={onInput} />;
}

export function Select<Value extends string>({ label, testId, value, options, onChoose }: { label: string; testId: string; value: Value; options: readonly (readonly [Value, string])[]; onChoose: (value: Value) => void }) {
  return (
    <label class="admin-select">
      <span>{label}</span>
      <select data-testid={testId} value={value} onChange={(event) => onChoose(event.currentTarget.value as Value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A list that comes in pages, or why there is none. */
export function Pages<Item>({ items, failed, more, reload, empty, testId, children }: {
  items: readonly Item[] | undefined;
  failed: boolean;
  more?: (() => void) | undefined;
  reload: () => unknown;
  empty: string;
  testId: string;
  children: (item: Item) => ComponentChildren;
}) {
  return (
    <>
      {failed && (
        <p class="admin-failed" role="alert">
          {a.value.notRead}{' '}
          <button type="button" class="link-button" onClick={() => void reload()}>
            {t.value.retry}
          </button>
        </p>
      )}
      {!items && !failed && <p class="skeleton admin-skeleton" />}
      {items?.length === 0 && <p class="quiet admin-empty" data-testid="admin-empty">{empty}</p>}
      {items && items.length > 0 && (
        <ul class="admin-list" data-testid={testId} data-count={items.length}>
          {items.map(children)}
        </ul>
      )}
      {more && (
        <button type="button" class="button button-quiet admin-more" data-testid="admin-more" onClick={more}>
          {a.value.more}
        </button>
      )}
    </>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="admin-facts">{children}</dl>;
}

export function Fact({ name, wide, children }: { name: string; wide?: boolean; children: ComponentChildren }) {
  return (
    <div class={wide ? 'is-wide' : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export const Moment = ({ at }: { at: number | undefined }) => <>{at === undefined ? a.value.never : momentText(at)}</>;

export const Tag = ({ alert, children }: { alert?: boolean; children: ComponentChildren }) => <span class={alert ? 'admin-tag is-alert' : 'admin-tag'}>{children}</span>;

/** What stands above one person or room: the way back to all of them. */
export const Back = ({ href, children }: { href: string; children: ComponentChildren }) => (
  <p class="admin-back">
    <a href={href} data-testid="admin-back">‹ {children}</a>
  </p>
);
