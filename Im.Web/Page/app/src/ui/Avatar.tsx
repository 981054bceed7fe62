import { isRoomKey } from '../state/addressee.ts';
import { PlazaIcon } from './icons.tsx';
import { initialsOf } from './initials.ts';
import { isDeleted } from './names.ts';
import './avatar.css';

const hues = 24;
const patterns = 4;

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** One of 96 pictures, always the same for the same id; what is on it comes from the name. */
export function Avatar({ id, nickname, size = 'm', online }: { id: string; nickname: string; size?: 's' | 'm' | 'l'; online?: boolean }) {
  const hash = hashOf(id);
  const nobody = isDeleted({ nickname });
  return (
    <span
      class={`avatar avatar-${size}${isRoomKey(id) ? ' avatar-room' : ''}`}
      style={nobody ? undefined : { '--hue': (hash % hues) * (360 / hues) }}
      data-hue={nobody ? undefined : hash % hues}
      data-pattern={nobody ? undefined : Math.trunc(hash / hues) % patterns}
      data-online={online}
      aria-hidden="true"
    >
      {nobody ? '–' : initialsOf(nickname)}
    </span>
  );
}

export function LobbyAvatar() {
  return (
    <span class="avatar avatar-m avatar-lobby" aria-hidden="true">
      <PlazaIcon />
    </span>
  );
}
