import { t } from '../settings/language.ts';
import { me } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { EditIcon } from '../ui/icons.tsx';
import { dialog } from './dialogs.ts';
import { LogOutButton } from './LogOutButton.tsx';
import './account.css';

/** Who I am: my nickname and brief, or that I am not logged in. With keys: a button that opened a dialog must not become another one behind it, which would get the focus. */
export function MyInfo() {
  const user = me.value;
  if (user === undefined) return <section class="my-info" aria-label={t.value.myInfo} aria-busy="true"><span class="skeleton skeleton-avatar" /><span class="skeleton skeleton-line" /></section>;
  if (user === null)
    return (
      <section key="guest" class="my-info my-info-guest" aria-label={t.value.myInfo}>
        <p>
          <strong data-testid="not-logged-in">{t.value.notLoggedIn}</strong>
          <span class="quiet">{t.value.asGuest}</span>
        </p>
        <button type="button" class="button button-wide" data-testid="login-open" onClick={() => (dialog.value = 'login')}>
          {t.value.logIn}
        </button>
      </section>
    );
  return (
    <section key="user" class="my-info" aria-label={t.value.myInfo}>
      <Avatar id={user.id} nickname={user.nickname} />
      <p class="my-info-text">
        <strong data-testid="me-nickname" data-nickname={user.nickname}><Name id={user.id} nickname={user.nickname} /></strong>
        <span class="quiet" data-testid="me-brief" data-brief={user.brief} title={user.brief}>
          {user.brief || t.value.noBrief}
        </span>
      </p>
      <button type="button" class="icon-button" data-testid="brief-edit" aria-label={t.value.editBrief} title={t.value.editBrief} onClick={() => (dialog.value = 'brief')}>
        <EditIcon />
      </button>
      <LogOutButton />
    </section>
  );
}
