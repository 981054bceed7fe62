import { useEffect } from 'preact/hooks';
import { BriefDialog } from './account/BriefDialog.tsx';
import { DeleteAccountDialog } from './account/DeleteAccountDialog.tsx';
import { DevicesDialog } from './account/DevicesDialog.tsx';
import { dialog } from './account/dialogs.ts';
import { KeysDialog } from './account/KeysDialog.tsx';
import { LoginDialog } from './account/LoginDialog.tsx';
import { MyInfo } from './account/MyInfo.tsx';
import { PasswordDialog } from './account/PasswordDialog.tsx';
import { Announcements } from './announcements/Announcements.tsx';
import { Bar } from './Bar.tsx';
import { ConnectionNotice } from './connection/ConnectionNotice.tsx';
import { ConversationList } from './conversations/ConversationList.tsx';
import { isolated } from './language/isolated.ts';
import { Announcer } from './messages/Announcer.tsx';
import { Composer, ComposerSkeleton, GuestPrompt } from './messages/Composer.tsx';
import { MessageList } from './messages/MessageList.tsx';
import { OnlineList } from './people/OnlineList.tsx';
import { t } from './settings/language.ts';
import { personOf, unreadTotal } from './state/chats.ts';
import { me } from './state/im.ts';
import { selected, view } from './state/route.ts';
import { Boundary } from './ui/Boundary.tsx';
import './app.css';

export function App() {
  return (
    <Boundary instead={() => <Broken />}>
      <Page />
    </Boundary>
  );
}

/** In place of a page that cannot be drawn. */
function Broken() {
  return (
    <main class="broken" data-testid="page-broken">
      <p role="alert">{t.value.pageBroke}</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        {t.value.reload}
      </button>
    </main>
  );
}

function Page() {
  const chat = selected.value;
  const name = chat === 'lobby' ? t.value.lobby : (personOf(chat)?.nickname ?? '…');
  const who = me.value?.id ?? 'guest';
  const unread = unreadTotal.value;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${isolated(name)} · Im`;
  }, [unread, name]);
  const close = () => (dialog.value = undefined);
  return (
    <div class="app" data-view={view.value}>
      <Bar chat={chat} name={name} />
      <nav class="side" aria-label={t.value.conversations}>
        <ConversationList />
        <MyInfo />
      </nav>
      <main class="chat">
        <ConnectionNotice />
        <MessageList key={`${who} ${chat}`} chat={chat} name={name} />
        {me.value ? <Composer key={`${who} ${chat}`} chat={chat} name={name} /> : me.value === null ? <GuestPrompt /> : <ComposerSkeleton />}
      </main>
      <OnlineList />
      <Announcements />
      <Announcer />
      {dialog.value === 'login' && <LoginDialog onClose={close} />}
      {me.value && dialog.value === 'devices' && <DevicesDialog onClose={close} />}
      {me.value && dialog.value === 'keys' && <KeysDialog onClose={close} />}
      {me.value && dialog.value === 'password' && <PasswordDialog nickname={me.value.nickname} onClose={close} />}
      {me.value && dialog.value === 'delete' && <DeleteAccountDialog onClose={close} />}
      {dialog.value === 'brief' && me.value && <BriefDialog user={me.value} onClose={close} />}
    </div>
  );
}
