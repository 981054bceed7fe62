import type { AuditEntry } from '@im/client';
import { useState } from 'preact/hooks';
import { usePages } from '../rooms/usePages.ts';
import { t } from '../settings/language.ts';
import { isDeleted, nameOf } from '../ui/names.ts';
import { momentText } from '../ui/times.ts';
import { admin, adminHref } from './api.ts';
import { Pages, Select } from './parts.tsx';
import { a } from './texts.ts';

const onPage = 100;

/** What administrators did. `by` and `id`: only what was done to one, or by one. */
export function Audit({ by, id }: { by: string | undefined; id: string | undefined }) {
  const [action, setAction] = useState('');
  const only = id !== undefined && (by === 'target' || by === 'actor') ? { [by]: id } : {};
  const { items, failed, more, reload } = usePages(async (before) => {
    const entries = await admin.audit({ action, ...only, ...(before === undefined ? {} : { before: Number(before) }) });
    return { items: entries, next: entries.length < onPage ? undefined : `${entries.at(-1)!.id}` };
  }, `${action} ${by} ${id}`);
  return (
    <>
      <div class="admin-tools">
        <Select label={a.value.action} testId="admin-action" value={action} options={[['', a.value.anyAction], ...Object.entries(a.value.actions)]} onChoose={setAction} />
        {id !== undefined && (
          <p class="quiet">
            {by === 'actor' ? a.value.onlyActor : a.value.onlyTarget} <a href={adminHref('audit')}>{a.value.showAll}</a>
          </p>
        )}
      </div>
      <Pages items={items} failed={failed} more={more} reload={reload} empty={a.value.nothing} testId="admin-audit">
        {(entry) => <AuditRow key={entry.id} entry={entry} target />}
      </Pages>
    </>
  );
}

export function AuditRow({ entry: { at, actor, actorId, action, target, targetName, detail }, target: withTarget }: { entry: AuditEntry; target: boolean }) {
  const isGone = targetName !== undefined && isDeleted({ nickname: targetName });
  return (
    <li class="admin-row admin-entry" data-testid="admin-entry" data-action={action}>
      <span class="admin-main">
        <span>
          <strong>{a.value.actions[action] ?? action}</strong>
          {withTarget && <> · {targetName === undefined || isGone ? <bdi>{isGone ? nameOf({ nickname: targetName }) : plainTarget(target)}</bdi> : <a href={adminHref(action.startsWith('room.') ? 'rooms' : 'people', target)}><bdi>{targetName}</bdi></a>}</>}
        </span>
        {detail && <bdi class="quiet">{plainDetail(action, detail)}</bdi>}
      </span>
      <span class="admin-aside quiet">
        {actorId === undefined ? <bdi>{actor}</bdi> : <a href={adminHref('people', actorId)}><bdi>{actor}</bdi></a>}
        <span>{momentText(at)}</span>
      </span>
    </li>
  );
}

function plainTarget(target: string): string {
  if (target === 'everybody') return a.value.everybody;
  if (target.startsWith('report ')) return a.value.reportNumber(target.slice('report '.length));
  const [, conversation = '', line] = /^(\S+) (\d+)$/.exec(target) ?? [];
  return line === undefined ? target : a.value.lineIn(Number(line), conversation === 'lobby' ? t.value.lobby : conversation);
}

/** What the server has written down, in words; what it is not known by stays as it is. */
function plainDetail(action: string, detail: string): string {
  const [, minutes, reason] = /^(\d+) min(?:: ([^]*))?$/.exec(detail) ?? [];
  if (minutes !== undefined) return [Number(minutes) === 0 ? a.value.lifted : (a.value.spans[Number(minutes)] ?? a.value.minutes(Number(minutes))), reason].filter(Boolean).join(' · ');
  const [, length] = /^(\d+) characters$/.exec(detail) ?? [];
  if (length !== undefined) return a.value.characters(Number(length));
  if (action === 'report.close' && detail in a.value.decisions) return a.value.decisions[detail as keyof typeof a.value.decisions];
  return a.value.details[detail] ?? detail;
}
