import { t } from '../settings/language.ts';
import { Formatted } from '../text/Formatted.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import './formatHelp.css';

/** What Markdown a text may have: as it is typed, and as it is shown. */
export function FormatHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.value.formatting} onClose={onClose}>
      <p class="quiet">{t.value.formattingHint}</p>
      <table class="format-help" data-testid="format-help">
        <thead class="visually-hidden">
          <tr>
            <th>{t.value.formattingTyped}</th>
            <th>{t.value.formattingShown}</th>
          </tr>
        </thead>
        <tbody>
          {t.value.formattingExamples.map((example) => (
            <tr key={example}>
              <td>
                <code>{example}</code>
              </td>
              <td>
                <div class="text">
                  <Formatted text={example} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
