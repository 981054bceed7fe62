// Fetched together, when the first of them is opened.
export { BriefDialog } from './BriefDialog.tsx';
export { DeleteAccountDialog } from './DeleteAccountDialog.tsx';
export { DevicesDialog } from './DevicesDialog.tsx';
export { KeysDialog } from './KeysDialog.tsx';
export { LoginDialog } from './LoginDialog.tsx';
export { PasswordDialog } from './PasswordDialog.tsx';
