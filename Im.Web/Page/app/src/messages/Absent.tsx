import { dialog } from '../account/dialogs.ts';
import { t } from '../settings/language.ts';
import { personOf } from '../state/chats.ts';
import { connection, me } from '../state/im.ts';
import { met } from '../state/people.ts';
import type { ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { GhostIcon, PeopleIcon } from '../ui/icons.tsx';
import { nameOf } from '../ui/names.ts';
import { Skeleton } from './Empty.tsx';

/** Why there is no conversation where an address leads; undefined where there is one. */
export function absence(chat: ChatKey): 'guest' | 'nobody' | 'unknown' | undefined {
  if (chat === 'lobby') return undefined;
  if (me.value === null) return 'guest';
  if (me.value && personOf(chat)) return undefined;
  return met.value.get(chat) === null ? 'nobody' : 'unknown';
}

/** In a conversation's place where nobody can be shown: yet, to a guest, or ever. */
export function Absent({ chat, why }: { chat: ChatKey; why: 'guest' | 'nobody' | 'unknown' }) {
  const person = personOf(chat);
  if (why === 'unknown' && connection.value.phase !== 'waiting' && connection.value.phase !== 'closed') return <div class="messages-frame" id="composer" tabIndex={-1} data-testid="absent" data-why={why}><div class="messages-sheet"><Skeleton /></div></div>;
  const [title, hint] = {
    guest: [t.value.logInToChat(person && nameOf(person)), t.value.logInToChatHint],
    nobody: [t.value.nobodyHere, t.value.nobodyHereHint],
    unknown: [t.value.notKnownYet, t.value.notKnownYetHint],
  }[why];
  return (
    <div class="empty absent" data-testid="absent" data-why={why} id={why === 'guest' ? undefined : 'composer'} tabIndex={-1}>
      {why === 'guest' && person ? <Avatar id={chat} nickname={person.nickname} size="l" /> : <span class="absent-icon">{why === 'guest' ? <PeopleIcon /> : <GhostIcon />}</span>}
      <p class="empty-title" role={why === 'guest' ? undefined : 'status'}>{title}</p>
      <p class="quiet">{hint}</p>
      <p class="absent-ways">
        {why === 'guest' && (
          <button type="button" class="button" id="composer" data-testid="absent-login" onClick={() => (dialog.value = 'login')}>
            {t.value.logIn}
          </button>
        )}
        <a class={why === 'guest' ? 'button button-quiet' : 'button'} href="#/lobby" data-testid="absent-lobby">
          {t.value.toLobby}
        </a>
      </p>
    </div>
  );
}

/** In the composer's place where the other one deleted their account. */
export const AccountGone = () => (
  <p class="composer account-gone quiet" data-testid="account-gone">
    {t.value.accountGone}
  </p>
);
