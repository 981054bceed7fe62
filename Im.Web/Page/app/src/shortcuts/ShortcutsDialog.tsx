import { t } from '../settings/language.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { isMac, shortcuts } from './shortcuts.ts';
import './shortcuts.css';

/** What keys do, wherever one is. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.value.shortcuts} onClose={onClose}>
      <dl class="shortcuts" data-testid="shortcuts">
        {shortcuts.map(({ keys, what }) => (
          <div key={what}>
            <dt>{t.value.shortcut[what]}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{isMac ? key.replace('Mod+Shift+', '⇧⌘').replace('Mod+', '⌘').replace('Alt+', '⌥').replace('Shift+', '⇧') : key.replace('Mod', 'Ctrl')}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
