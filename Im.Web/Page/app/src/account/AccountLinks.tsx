import { t } from '../settings/language.ts';
import { client, isAdmin } from '../state/im.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { dialog } from './dialogs.ts';

/** What one can do about one's account, below one's info. */
export function AccountLinks() {
  return (
    <ul class="account-links" aria-label={t.value.account}>
      {isAdmin.value && (
        <li>
          <a href="#/admin/people" data-testid="admin-open">
            {t.value.administration}
            <ChevronIcon />
          </a>
        </li>
      )}
      <li>
        <button type="button" data-testid="devices-open" onClick={() => (dialog.value = 'devices')}>
          {t.value.devices}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <button type="button" data-testid="keys-open" onClick={() => (dialog.value = 'keys')}>
          {t.value.keys}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <button type="button" data-testid="password-open" onClick={() => (dialog.value = 'password')}>
          {t.value.changePassword}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <button type="button" data-testid="recovery-open" onClick={() => (dialog.value = 'recovery')}>
          {t.value.recoveryCodes}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <button type="button" data-testid="notifications-open" onClick={() => (dialog.value = 'notifications')}>
          {t.value.notifications}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <button type="button" data-testid="privacy-open" onClick={() => (dialog.value = 'privacy')}>
          {t.value.privacy}
          <ChevronIcon />
        </button>
      </li>
      <li>
        <a href={client.http.exportAddress} download="im-export.json" data-testid="export">
          {t.value.exportData}
        </a>
      </li>
      <li>
        <button type="button" class="is-danger" data-testid="delete-open" onClick={() => (dialog.value = 'delete')}>
          {t.value.deleteAccount}
          <ChevronIcon />
        </button>
      </li>
    </ul>
  );
}
