import { me } from '../state/im.ts';
import { BriefDialog } from './BriefDialog.tsx';
import { DeleteAccountDialog } from './DeleteAccountDialog.tsx';
import { DevicesDialog } from './DevicesDialog.tsx';
import { dialog } from './dialogs.ts';
import { KeysDialog } from './KeysDialog.tsx';
import { LoginDialog } from './LoginDialog.tsx';
import { PasswordDialog } from './PasswordDialog.tsx';
import { RecoverDialog } from './RecoverDialog.tsx';
import { RecoveryDialog } from './RecoveryDialog.tsx';

/** The dialog that is open. All of them are fetched with the first: one that follows another is there at once, so the focus goes back to where the first was opened. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const user = me.value;
  const open = dialog.value;
  if (open === 'login') return <LoginDialog onClose={onClose} />;
  if (open === 'recover') return <RecoverDialog onClose={onClose} />;
  if (!user) return null;
  switch (open) {
    case 'brief':
      return <BriefDialog user={user} onClose={onClose} />;
    case 'devices':
      return <DevicesDialog onClose={onClose} />;
    case 'keys':
      return <KeysDialog onClose={onClose} />;
    case 'password':
      return <PasswordDialog nickname={user.nickname} onClose={onClose} />;
    case 'recovery':
      return <RecoveryDialog onClose={onClose} />;
    case 'delete':
      return <DeleteAccountDialog onClose={onClose} />;
    default:
      return null;
  }
}
