import type { Profile, ReportAbout, User } from '@im/client';
import { hasVisible } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { ConversationSection } from '../notifications/ConversationSection.tsx';
import { SureButton } from '../rooms/SureButton.tsx';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { blocked } from '../state/blocked.ts';
import { learn } from '../state/cards.ts';
import { client, me, presence } from '../state/im.ts';
import { chatHref, go, selected } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { momentText } from '../ui/times.ts';
import '../rooms/rooms.css';
import './profile.css';

/** Who somebody is, and what one wants of them. */
export function ProfileDialog({ user, report, onClose }: { user: User; report: ReportAbout | undefined; onClose: () => void }) {
  const [profile, setProfile] = useState<Profile>();
  const [reports, setReports] = useState(report !== undefined);
  const { act, busy, failure } = useDeed();
  useEffect(() => void client.http.people.profile(user.id).then((now) => (learn([now.user]), setProfile(now)), () => {}), [user.id]);
  const shown = profile?.user ?? user;
  const isOnline = presence.value.users.some(({ id }) => id === user.id);
  const isBlocked = blocked.value.has(user.id);
  if (reports)
    return (
      <Dialog key="report" title={t.value.reportTitle(nameOf(shown))} onClose={onClose}>
        <ReportForm about={report ?? { user: user.id }} onDone={onClose} />
      </Dialog>
    );
  const seen = isOnline ? t.value.isOnline : profile?.lastSeen !== undefined ? t.value.seenLast(momentText(profile.lastSeen)) : t.value.isOffline;
  return (
    <Dialog key="profile" title={t.value.profile} onClose={onClose}>
      <div aria-busy={busy} data-testid="profile" data-user={user.id} data-blocked={isBlocked} data-seen={profile?.lastSeen}>
        <div class="dialog-person">
          <Avatar id={user.id} nickname={shown.nickname} size="l" online={isOnline} />
          <div class="rooms-text">
            <p><strong><Name id={user.id} nickname={shown.nickname} /></strong></p>
            <p class="quiet rooms-small" data-testid="profile-seen">{seen}</p>
          </div>
        </div>
        {shown.brief && <p class="rooms-topic" dir="auto">{shown.brief}</p>}
        {isBlocked && <p class="quiet">{t.value.blockedHint}</p>}
        {failure && <p class="field-error" role="alert" data-testid="profile-error">{failure}</p>}
        {user.id === selected.value && <ConversationSection chat={user.id} />}
        {user.id !== me.value?.id && (
          <p class="rooms-part rooms-end">
            {user.id !== selected.value && !isBlocked && (
              <button type="button" class="link-button" data-testid="profile-write" onClick={() => (onClose(), go(chatHref(user.id)))}>
                {t.value.writeTo(nameOf(shown))}
              </button>
            )}
            {isBlocked ? (
              <button type="button" class="link-button" data-testid="profile-unblock" disabled={busy} onClick={() => void act(() => client.http.people.unblock(user.id))}>{t.value.unblock}</button>
            ) : (
              <SureButton label={t.value.block} question={t.value.blockSure} testId="profile-block" disabled={busy} onSure={() => void act(() => client.http.people.block(user.id))} />
            )}
            <button type="button" class="link-button is-danger" data-testid="profile-report" onClick={() => setReports(true)}>{t.value.report}</button>
          </p>
        )}
      </div>
    </Dialog>
  );
}

const maxReason = 500;

function ReportForm({ about, onDone }: { about: ReportAbout; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [done, setDone] = useState(false);
  const { act, busy, failure } = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await act(() => client.http.people.report(about, reason), failureText)) setDone(true);
  };
  if (done)
    return (
      <>
        <p class="dialog-lead" role="status" data-testid="reported">{t.value.reported}</p>
        <button type="button" class="button button-wide" ref={(button) => button?.focus()} onClick={onDone}>{t.value.close}</button>
      </>
    );
  return (
    <form onSubmit={submit} aria-busy={busy}>
      <p class="dialog-lead">{'line' in about ? t.value.reportLineHint : t.value.reportHint}</p>
      <div class="field">
        <label for="report-reason">{t.value.reportReason}</label>
        <div class="field-box">
          <textarea id="report-reason" class="report-reason" rows={4} maxLength={maxReason} autofocus data-testid="report-reason" dir="auto" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </div>
      </div>
      {failure && <p class="field-error" role="alert" data-testid="report-error">{failure}</p>}
      <button type="submit" class="button button-wide" data-testid="report-submit" disabled={busy || !hasVisible(reason)}>
        {busy ? t.value.wait : t.value.sendReport}
      </button>
    </form>
  );
}
