// Fetched together, when the first of them is opened.
export { AboutRoomDialog } from './AboutRoomDialog.tsx';
export { JoinDialog } from './JoinDialog.tsx';
export { RoomsDialog } from './RoomsDialog.tsx';
