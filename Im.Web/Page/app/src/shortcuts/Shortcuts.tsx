import { useCallback } from 'preact/hooks';
import type { FunctionComponent } from 'preact';
import { t } from '../settings/language.ts';
import { me } from '../state/im.ts';
import { GoToIcon, SearchIcon } from '../ui/icons.tsx';
import { lazyDialog } from '../ui/lazy.tsx';
import { isMac, opened } from './shortcuts.ts';

interface DialogProps {
  readonly onClose: () => void;
}

const GoToDialog: FunctionComponent<DialogProps> = lazyDialog(() => import('../goto/GoToDialog.tsx').then((part) => part.GoToDialog));
const ShortcutsDialog: FunctionComponent<DialogProps> = lazyDialog(() => import('./ShortcutsDialog.tsx').then((part) => part.ShortcutsDialog));

const SearchDialog: FunctionComponent<DialogProps> = lazyDialog(() => import('../search/SearchDialog.tsx').then((part) => part.SearchDialog));

/** The dialogs that keys open. */
export function Shortcuts() {
  const close = useCallback(() => (opened.value = undefined), []);
  return opened.value === 'goto' ? <GoToDialog onClose={close} /> : opened.value === 'search' && me.value ? <SearchDialog onClose={close} /> : opened.value === 'help' ? <ShortcutsDialog onClose={close} /> : null;
}

/** The same for who does not know the key; the dialog leads on to the list of all keys. */
export function GoToButton() {
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="goto-open"
      aria-label={t.value.goTo}
      aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}
      title={`${t.value.goTo} (${isMac ? '⌘' : 'Ctrl+'}K)`}
      onClick={() => (opened.value = 'goto')}
    >
      <GoToIcon />
    </button>
  );
}

/** Looks for messages. */
export function SearchButton() {
  if (!me.value) return null;
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="search-open"
      aria-label={t.value.search}
      aria-haspopup="dialog"
      aria-keyshortcuts={isMac ? 'Meta+Shift+F' : 'Control+Shift+F'}
      title={`${t.value.search} (${isMac ? '⇧⌘' : 'Ctrl+Shift+'}F)`}
      onClick={() => (opened.value = 'search')}
    >
      <SearchIcon />
    </button>
  );
}
