// Fetched together, when the first of them is opened.
export { PrivacyDialog } from './PrivacyDialog.tsx';
export { ProfileDialog } from './ProfileDialog.tsx';
export { LobbyDialog } from '../notifications/ConversationSection.tsx';
export { NotificationsDialog } from '../notifications/NotificationsDialog.tsx';
