import type { Line } from '@im/client';
import { useComputed } from '@preact/signals';
import { t } from '../settings/language.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { anchorAt } from '../ui/Popover.tsx';
import { handle } from './handles.ts';
import './actions.css';

/** Opens the menu of a line. That itself is `LineHandles`. */
export function ActionsButton({ line }: { line: Line }) {
  const open = useComputed(() => handle.value?.line.seq === line.seq && handle.value.line.conversation === line.conversation);
  return (
    <button
      type="button"
      class="how actions-open"
      data-testid="message-actions"
      aria-haspopup="menu"
      aria-expanded={open.value}
      aria-label={t.value.actions}
      title={t.value.actions}
      onClick={(event) => (handle.value = open.value ? undefined : { of: 'menu', line, anchor: anchorAt(event.currentTarget) })}
    >
      <MoreIcon />
    </button>
  );
}
