import { graphemes } from './graphemes.ts';
import { PlazaIcon } from './icons.tsx';
import './avatar.css';

const hues = 8;

/** One of eight colours, always the same for the same id. */
function hueOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.codePointAt(0)!) >>> 0;
  return hash % hues;
}

// What a person sees as the first character: 👩‍🚀 is one.
function initial(nickname: string): string {
  const [first] = graphemes(nickname.trim());
  return first?.toUpperCase() ?? '';
}

export function Avatar({ id, nickname, size = 'm', online }: { id: string; nickname: string; size?: 's' | 'm' | 'l'; online?: boolean }) {
  return (
    <span class={`avatar avatar-${size}`} data-hue={hueOf(id)} data-online={online} aria-hidden="true">
      {initial(nickname)}
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
