import { isRoomKey, roomOf } from '../state/addressee.ts';
import { cardOf } from '../state/cards.ts';
import { chatOf } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import { PlazaIcon } from './icons.tsx';
import { initialsOf } from './initials.ts';
import { displayNameOf, isDeleted } from './names.ts';
import './avatar.css';

const hues = 24;
const patterns = 4;

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The picture that somebody chose. Without one it is one of 96, always the same for the same id; what is on it comes from the name. `picture`: of a room that is in no list. */
export function Avatar({ id, nickname, size = 'm', online, picture }: { id: string; nickname: string; size?: 's' | 'm' | 'l'; online?: boolean; picture?: string | undefined }) {
  const hash = hashOf(id);
  const nobody = isDeleted({ nickname });
  const address = nobody ? undefined : addressOf(id, picture, size === 'l' ? 256 : 96);
  return (
    <span
      class={`avatar avatar-${size}${isRoomKey(id) ? ' avatar-room' : ''}`}
      style={nobody ? undefined : { '--hue': (hash % hues) * (360 / hues) }}
      data-hue={nobody ? undefined : hash % hues}
      data-pattern={nobody ? undefined : Math.trunc(hash / hues) % patterns}
      data-online={online}
      data-picture={address !== undefined}
      aria-hidden="true"
    >
      {address !== undefined && <img key={address} class="avatar-picture" src={address} alt="" decoding="async" draggable={false} onError={hide} />}
      {nobody ? '–' : initialsOf(displayNameOf({ id, nickname }) ?? nickname)}
    </span>
  );
}

// What is not there, or not to be seen, leaves the letters.
const hide = ({ currentTarget }: { currentTarget: HTMLImageElement }) => (currentTarget.hidden = true);

function addressOf(id: string, given: string | undefined, size: 96 | 256): string | undefined {
  if (!me.value) return undefined;
  const version = isRoomKey(id) ? (given ?? chatOf(id).room?.picture) : cardOf(id)?.picture;
  return version === undefined ? undefined : isRoomKey(id) ? client.files.roomPicture(roomOf(id), version, size) : client.files.userPicture(id, version, size);
}

export function LobbyAvatar() {
  return (
    <span class="avatar avatar-m avatar-lobby" aria-hidden="true">
      <PlazaIcon />
    </span>
  );
}
