import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../settings/language.ts';
import { copy } from '../ui/copy.ts';
import { CheckIcon, CopyIcon } from '../ui/icons.tsx';
import { shownIn, type Stretch } from './stretches.ts';

const confirmMs = 2_000;

/** Code between fences: as it is, scrolling within itself, with a button that copies it. What stands behind the first fence is its title. The fences are the first and last of what is in it. */
export function CodeBlock({ text, part, children }: { text: string; part: Stretch; children: ComponentChildren[] }) {
  const copied = useSignal(false);
  const title = text.slice(part.from, part.parts[0]!.to).replace(/^[`~]+/, '').trim();
  const copyCode = async () => {
    if (!(await copy(shownIn(text, part)))) return;
    copied.value = true;
    setTimeout(() => (copied.value = false), confirmMs);
  };
  const label = copied.value ? t.value.copied : t.value.copyCode;
  return (
    <div class="md-block" data-testid="code-block">
      {children[0]}
      {/* The title is drawn by the style sheet: as text it would be there twice. */}
      <div class="md-block-head" data-title={title}>
        <button type="button" class="icon-button" data-testid="code-copy" data-copied={copied.value} aria-label={label} title={label} onClick={() => void copyCode()}>
          {copied.value ? <CheckIcon /> : <CopyIcon />}
        </button>
        <span class="visually-hidden" role="status">
          {copied.value && t.value.copied}
        </span>
      </div>
      <pre dir="ltr" tabIndex={0} role="group" aria-label={title ? `${t.value.code}: ${title}` : t.value.code}>
        <code>{children.slice(1, -1)}</code>
      </pre>
      {children.at(-1)}
    </div>
  );
}
