import type { AdminUser } from '@im/client';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Device } from '../account/Device.tsx';
import '../account/devices.css';
import { failureOf, failureText } from '../settings/language.ts';
import { client, me } from '../state/im.ts';
import { go } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import { notice } from '../ui/notice.tsx';
import { admin, adminHref } from './api.ts';
import { AuditRow } from './Audit.tsx';
import { Confirm, Penalty, penaltyOf, type Asked } from './Confirm.tsx';
import { Back, Fact, Facts, Moment } from './parts.tsx';
import { Standing } from './People.tsx';
import { ReportCard } from './Reports.tsx';
import { a } from './texts.ts';
import { useLoaded } from './useLoaded.ts';
import { useEvery } from './useEvery.ts';

const lookEveryMs = 10_000;
const shownDeeds = 5;

/** One account: what it may do, where it is logged in, what was said of it and done to it. */
export function Person({ id }: { id: string }) {
  const read = useCallback(() => admin.user(id), [id]);
  const { value: user, problem, reload, set } = useLoaded(read);
  const [changes, setChanges] = useState(0);
  const [asked, setAsked] = useState<Asked>();
  const again = useCallback(() => void reload(), [reload]);
  useEvery(lookEveryMs, again);
  if (problem === 'not_found')
    return (
      <>
        <Back href={adminHref('people')}>{a.value.backToPeople}</Back>
        <p class="empty-title" role="status" data-testid="admin-gone">{a.value.goneTitle}</p>
        <p class="quiet">{a.value.goneHint}</p>
      </>
    );
  if (!user) return problem ? <p role="alert" class="admin-failed">{a.value.notRead}</p> : <p class="skeleton admin-skeleton" />;
  const name = user.user.nickname;
  const changed = (now?: AdminUser) => {
    setChanges((before) => before + 1);
    return now ? set(now) : reload();
  };
  const lift = (deed: () => Promise<AdminUser>) => void deed().then(changed, (error: unknown) => notice(failureText(failureOf(error))));
  const isMuted = (user.mutedUntil ?? 0) > client.now;
  const isBanned = (user.bannedUntil ?? 0) > client.now;
  const ask = (title: string, sure: string, deed: Asked['deed'], fields?: Asked['fields']) => () => setAsked({ title, sure, deed, fields });
  return (
    <div data-testid="admin-user" data-user={id} data-admin={user.admin} data-muted={isMuted} data-banned={isBanned}>
      <Back href={adminHref('people')}>{a.value.backToPeople}</Back>
      <header class="admin-head">
        <Avatar id={id} nickname={name} size="l" />
        <div class="admin-main">
          <h2><Name id={id} nickname={name} /></h2>
          {user.user.brief && <p class="quiet" dir="auto">{user.user.brief}</p>}
          <Standing person={user} long />
        </div>
      </header>
      <Facts>
        <Fact name={a.value.joined}><Moment at={user.created} /></Fact>
        <Fact name={a.value.lastSeen}><Moment at={user.lastSeen} /></Fact>
        <Fact name={a.value.sections.keys}><a href={adminHref('keys', id)}>{user.keys}</a></Fact>
        <Fact name={a.value.id} wide><code>{id}</code></Fact>
      </Facts>
      <div class="admin-deeds">
        {isMuted
          ? <button type="button" class="button button-quiet" data-testid="admin-unmute" onClick={() => lift(() => admin.mute(id, 0))}>{a.value.unmute}</button>
          : <button type="button" class="button button-quiet" data-testid="admin-mute" onClick={ask(a.value.mute, a.value.muteSure(name), (given) => admin.mute(id, ...penaltyOf(given)).then(changed), <Penalty />)}>{a.value.mute}</button>}
        {isBanned
          ? <button type="button" class="button button-quiet" data-testid="admin-unban" onClick={() => lift(() => admin.ban(id, 0))}>{a.value.unban}</button>
          : <button type="button" class="button button-danger" data-testid="admin-ban" onClick={ask(a.value.ban, a.value.banSure(name), (given) => admin.ban(id, ...penaltyOf(given)).then(changed), <Penalty />)}>{a.value.ban}</button>}
        <button type="button" class="button button-quiet" data-testid="admin-make" onClick={user.admin
          ? ask(a.value.takeAdministrator, a.value.takeSure(name), () => admin.setAdministrator(id, false).then(changed))
          : ask(a.value.makeAdministrator, a.value.makeSure(name), () => admin.setAdministrator(id, true).then(changed))}>
          {user.admin ? a.value.takeAdministrator : a.value.makeAdministrator}
        </button>
        {id !== me.value?.id && (
          <button type="button" class="button button-danger" data-testid="admin-erase" onClick={ask(a.value.erase, a.value.eraseSure(name), (given) => admin.erase(id, given.has('texts')).then(() => go(adminHref('people'))), (
            <label class="check">
              <input type="checkbox" name="texts" data-testid="admin-erase-texts" />
              {a.value.eraseTexts}
            </label>
          ))}>
            {a.value.erase}
          </button>
        )}
      </div>
      <section class="admin-part">
        <h3>{a.value.devices}</h3>
        {user.sessions.length === 0 ? <p class="quiet">{a.value.noDevices}</p> : (
          <>
            <ul class="device-list" data-testid="admin-devices" data-count={user.sessions.length}>
              {user.sessions.map((session) => (
                <Device key={session.id} session={session} busy={false} onEnd={ask(a.value.signOut, a.value.endSure, () => admin.endSession(id, session.id).then(() => changed()))} />
              ))}
            </ul>
            <button type="button" class="link-button is-danger" data-testid="admin-sign-out" onClick={ask(a.value.signOut, a.value.signOutSure(name), () => admin.signOut(id).then(() => changed()))}>{a.value.signOut}</button>
          </>
        )}
      </section>
      <About id={id} changes={changes} isAdmin={user.admin} onChange={() => changed()} />
      {asked && <Confirm asked={asked} onDone={() => setAsked(undefined)} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

/** What was said of somebody, and done to them. */
function About({ id, changes, isAdmin, onChange }: { id: string; changes: number; isAdmin: boolean; onChange: () => unknown }) {
  const read = useCallback(() => Promise.all([admin.reports({ user: id }), admin.audit({ target: id })]), [id]);
  const { value, reload } = useLoaded(read);
  useEffect(() => void (changes > 0 && reload()), [changes]);
  const [reports, deeds] = value ?? [[], []];
  return (
    <>
      {reports.length > 0 && (
        <section class="admin-part">
          <h3>{a.value.reportsAbout}</h3>
          <ul class="admin-list">{reports.map((report) => <ReportCard key={report.id} report={report} onChange={onChange} />)}</ul>
        </section>
      )}
      <section class="admin-part" data-testid="admin-history" data-count={deeds.length}>
        <h3>{a.value.doneTo}</h3>
        {deeds.length === 0 ? <p class="quiet">{a.value.nothing}</p> : <ul class="admin-list">{deeds.slice(0, shownDeeds).map((entry) => <AuditRow key={entry.id} entry={entry} target={false} />)}</ul>}
        <p class="admin-links">
          {deeds.length > shownDeeds && <a href={adminHref('audit', 'target', id)}>{a.value.wholeHistory}</a>}
          {isAdmin && <a href={adminHref('audit', 'actor', id)}>{a.value.deedsOf}</a>}
        </p>
      </section>
    </>
  );
}
