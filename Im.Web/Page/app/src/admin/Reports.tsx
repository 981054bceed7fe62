import { isRoom, type Report, type ReportDecision } from '@im/client';
import { useCallback, useState } from 'preact/hooks';
import { usePages } from '../rooms/usePages.ts';
import { failureOf, failureText } from '../settings/language.ts';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { momentText } from '../ui/times.ts';
import { admin, adminHref, lookAtReports, reportsOnPage } from './api.ts';
import { Confirm, Penalty, penaltyOf, type Asked } from './Confirm.tsx';
import { Pages, Select } from './parts.tsx';
import { a } from './texts.ts';
import { useEvery } from './useEvery.ts';

type State = 'open' | 'closed';

const lookEveryMs = 30_000;

/** What people told the administrators, and what came of it. */
export function Reports() {
  const [state, setState] = useState<State>('open');
  const { items, failed, more, reload } = usePages(async (before) => {
    const reports = await admin.reports({ closed: state === 'closed', ...(before === undefined ? {} : { before: Number(before) }) });
    return { items: reports, next: reports.length < reportsOnPage ? undefined : `${reports.at(-1)!.id}` };
  }, state);
  const look = useCallback(() => {
    void reload();
    void lookAtReports();
  }, [state]);
  useEvery(lookEveryMs, look);
  return (
    <>
      <div class="admin-tools">
        <Select label={a.value.filter} testId="admin-report-state" value={state} options={Object.entries(a.value.reportStates) as [State, string][]} onChoose={setState} />
      </div>
      <Pages items={items} failed={failed} more={more} reload={reload} empty={state === 'open' ? a.value.noReports : a.value.noClosed} testId="admin-reports">
        {(report) => <ReportCard key={report.id} report={report} onChange={look} />}
      </Pages>
    </>
  );
}

/** One report, with what can be done about it. */
export function ReportCard({ report, onChange }: { report: Report; onChange: () => unknown }) {
  const { id, at, reporter, user, reason, conversation, line, text, closed, closedBy, decision } = report;
  const [asked, setAsked] = useState<Asked>();
  const whom = nameOf(user);
  const decide = (which: ReportDecision) => admin.closeReport(id, which);
  const now = (deed: () => Promise<unknown>) => void deed().then(onChange, (error: unknown) => notice(failureText(failureOf(error))));
  const place = conversation === undefined ? a.value.aboutPerson : conversation === 'lobby' ? a.value.inLobby : isRoom(conversation) ? a.value.inRoom : a.value.inDirect;
  return (
    <li class="admin-card" data-testid="admin-report" data-report={id} data-closed={closed !== undefined} data-decision={decision}>
      <p>
        <strong>
          <a href={adminHref('people', reporter.id)}><bdi>{nameOf(reporter)}</bdi></a> {a.value.reported} <a href={adminHref('people', user.id)} data-testid="report-person"><bdi>{whom}</bdi></a>
        </strong>
        <span class="quiet"> · {place} · {momentText(at)}</span>
      </p>
      <p class="admin-reason" dir="auto">{reason}</p>
      {text && <blockquote class="admin-quote" dir="auto">{text}</blockquote>}
      {closed !== undefined && <p class="quiet" data-testid="admin-decision">{a.value.decidedBy(a.value.decisions[decision ?? 'none'], closedBy ? nameOf(closedBy) : '–', momentText(closed))}</p>}
      <p class="admin-links">
        {closed === undefined ? (
          <>
            <button type="button" class="link-button" data-testid="report-dismiss" onClick={() => now(() => decide('dismissed'))}>{a.value.dismiss}</button>
            {conversation !== undefined && line !== undefined && (
              <button type="button" class="link-button is-danger" data-testid="report-recall" onClick={() => setAsked({ title: a.value.recall, sure: a.value.recallSure, deed: () => admin.remove(conversation, line).then(() => decide('recalled')) })}>{a.value.recall}</button>
            )}
            <button type="button" class="link-button is-danger" data-testid="report-mute" onClick={() => setAsked({ title: a.value.mute, sure: a.value.muteSure(whom), fields: <Penalty />, deed: (given) => admin.mute(user.id, ...penaltyOf(given)).then(() => decide('muted')) })}>{a.value.mute}</button>
            <button type="button" class="link-button is-danger" data-testid="report-ban" onClick={() => setAsked({ title: a.value.ban, sure: a.value.banSure(whom), fields: <Penalty />, deed: (given) => admin.ban(user.id, ...penaltyOf(given)).then(() => decide('banned')) })}>{a.value.ban}</button>
          </>
        ) : (
          <button type="button" class="link-button" data-testid="report-reopen" onClick={() => now(() => admin.openReport(id))}>{a.value.reopen}</button>
        )}
      </p>
      {asked && <Confirm asked={asked} onDone={() => (setAsked(undefined), void onChange())} onClose={() => setAsked(undefined)} />}
    </li>
  );
}
