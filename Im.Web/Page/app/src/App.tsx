import { useEffect } from 'preact/hooks';
import { dialog, profileOf } from './account/dialogs.ts';
import { MyInfo } from './account/MyInfo.tsx';
import { Announcements } from './announcements/Announcements.tsx';
import { Bar } from './Bar.tsx';
import { ConnectionNotice } from './connection/ConnectionNotice.tsx';
import { NewVersionNotice } from './connection/NewVersionNotice.tsx';
import { ConversationList } from './conversations/ConversationList.tsx';
import { isolated } from './language/isolated.ts';
import { absence, Absent, AccountGone, RoomOver } from './messages/Absent.tsx';
import { Announcer } from './messages/Announcer.tsx';
import { Composer, ComposerSkeleton, GuestPrompt } from './messages/Composer.tsx';
import { MessageList } from './messages/MessageList.tsx';
import { showBadge } from './notifications/badge.ts';
import './notifications/telling.ts';
import { PeoplePane } from './people/PeoplePane.tsx';
import { RequestBar } from './people/RequestBar.tsx';
import { t } from './settings/language.ts';
import { Shortcuts } from './shortcuts/Shortcuts.tsx';
import { chatOf, isRequest, personOf, unreadTotal } from './state/chats.ts';
import { isRoomKey } from './state/addressee.ts';
import { me } from './state/im.ts';
import { adminPlace, goInstead, invitationLink, selected, view } from './state/route.ts';
import { lazy, lazyDialog } from './ui/lazy.tsx';
import { Notice } from './ui/notice.tsx';
import './state/conversationLink.ts';
import { isDeleted, nameOf } from './ui/names.ts';
import { onePane } from './ui/widths.ts';
import { Boundary } from './ui/Boundary.tsx';
import './app.css';

const AccountDialog = lazyDialog(() => import('./account/AccountDialog.tsx').then((it) => it.AccountDialog));
const rooms = () => import('./rooms/RoomDialogs.ts');
const RoomsDialog = lazyDialog(() => rooms().then((it) => it.RoomsDialog));
const AboutRoomDialog = lazyDialog(() => rooms().then((it) => it.AboutRoomDialog));
const people = () => import('./people/PeopleDialogs.ts');
const ProfileDialog = lazyDialog(() => people().then((it) => it.ProfileDialog));
const PrivacyDialog = lazyDialog(() => people().then((it) => it.PrivacyDialog));
const AdminPage = lazy(() => import('./admin/AdminPage.tsx').then(async (it) => (await it.textsReady, it.AdminPage)));
const NotificationsDialog = lazyDialog(() => people().then((it) => it.NotificationsDialog));
const LobbyDialog = lazyDialog(() => people().then((it) => it.LobbyDialog));
const JoinDialog = lazyDialog(() => rooms().then((it) => it.JoinDialog));

/** Dialogs that are none of the account's. */
const elsewhere: readonly unknown[] = ['rooms', 'room', 'profile', 'privacy', 'notifications', 'lobby'];

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
  const person = personOf(chat);
  const absent = absence(chat);
  const { room, left = false } = chatOf(chat);
  const administers = adminPlace.value;
  const name = administers ? t.value.administration : chat === 'lobby' ? t.value.lobby : absent === 'nobody' ? (isRoomKey(chat) ? t.value.noRoomHere : t.value.nobodyHere) : absent === 'room' ? t.value.rooms : person ? nameOf(person) : '…';
  const who = me.value?.id ?? 'guest';
  const unread = unreadTotal.value;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${isolated(name)} · Im`;
    showBadge(unread);
  }, [unread, name]);
  const close = () => (dialog.value = undefined);
  const behind = view.value === 'people'; // nothing below the pane of people can be reached
  const onlyList = onePane.value && view.value === 'list';
  return (
    <div class="app" data-view={view.value} data-admin={administers !== undefined}>
      <Bar chat={chat} name={name} inert={behind} />
      <div class="side" role={onlyList ? 'main' : 'navigation'} aria-label={t.value.conversations} inert={behind}>
        <ConversationList />
        <MyInfo />
      </div>
      <main class="chat" inert={behind}>
        <ConnectionNotice />
        <NewVersionNotice />
        {administers ? (
          <AdminPage place={administers} />
        ) : absent ? (
          <Absent chat={chat} why={absent} />
        ) : (
          <>
            <MessageList key={`${who} ${chat}`} chat={chat} name={name} />
            {me.value && isRequest(chatOf(chat)) && <RequestBar key={chat} chat={chat} name={name} />}
            {left || room?.archived ? <RoomOver left={left} /> : person && !room && isDeleted(person) ? <AccountGone /> : me.value ? <Composer key={`${who} ${chat}`} chat={chat} name={name} /> : me.value === null ? <GuestPrompt /> : <ComposerSkeleton />}
          </>
        )}
      </main>
      {!administers && <PeoplePane />}
      <Announcements />
      <Announcer />
      <Notice />
      <Shortcuts />
      {dialog.value && !elsewhere.includes(dialog.value) && (dialog.value === 'login' || dialog.value === 'recover' || me.value) && <AccountDialog onClose={close} />}
      {me.value && dialog.value === 'profile' && profileOf.value && <ProfileDialog key={profileOf.value.user.id} user={profileOf.value.user} report={profileOf.value.report} onClose={close} />}
      {me.value && dialog.value === 'privacy' && <PrivacyDialog onClose={close} />}
      {me.value && dialog.value === 'notifications' && <NotificationsDialog onClose={close} />}
      {me.value && dialog.value === 'lobby' && <LobbyDialog onClose={close} />}
      {me.value && dialog.value === 'rooms' && <RoomsDialog onClose={close} />}
      {me.value && dialog.value === 'room' && room && !left && <AboutRoomDialog key={chat} chat={chat} room={room} me={me.value} onClose={close} />}
      {me.value && invitationLink.value !== undefined && <JoinDialog key={invitationLink.value} link={invitationLink.value} onClose={() => goInstead('#/lobby')} />}
    </div>
  );
}
