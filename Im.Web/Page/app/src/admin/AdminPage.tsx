import { useEffect, useRef } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { me } from '../state/im.ts';
import { adminHref, lookAtReports, openReports, reportsOnPage } from './api.ts';
import { Audit } from './Audit.tsx';
import { Keys } from './Keys.tsx';
import { Nodes } from './Nodes.tsx';
import { People } from './People.tsx';
import { Person } from './Person.tsx';
import { Reports } from './Reports.tsx';
import { RoomList } from './RoomList.tsx';
import { RoomPage } from './RoomPage.tsx';
import { Sites } from './Sites.tsx';
import { a } from './texts.ts';
export { textsReady } from './texts.ts';
import '../rooms/rooms.css';
import './admin.css';

const sections = ['people', 'rooms', 'reports', 'keys', 'sites', 'audit', 'nodes'] as const;

/** What administrators see and do. Who is none sees that; what they may is decided by the servers alone. `place`: what follows `#/admin/`. */
export function AdminPage({ place: [wanted, one, other] }: { place: readonly string[] }) {
  const section = sections.find((each) => each === wanted) ?? 'people';
  const page = useRef<HTMLDivElement>(null);
  const isAdmin = me.value?.admin === true;
  useEffect(() => void (isAdmin && lookAtReports()), [isAdmin]);
  // Whoever goes to another place begins at its top; on a phone its tab may lie beside the screen.
  useEffect(() => {
    page.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    page.current?.scrollTo(0, 0);
  }, [section, one, other]);
  if (me.value === undefined) return <div class="admin" id="composer" tabIndex={-1}><p class="skeleton admin-skeleton" /></div>;
  if (!isAdmin)
    return (
      <div class="empty absent" id="composer" tabIndex={-1} data-testid="admin-refused">
        <p class="empty-title" role="status">{a.value.onlyAdministrators}</p>
        <p class="quiet">{a.value.onlyAdministratorsHint}</p>
        <p class="absent-ways"><a class="button" href="#/lobby">{t.value.toLobby}</a></p>
      </div>
    );
  return (
    <div class="admin" ref={page} data-testid="admin" data-section={section}>
      <nav class="admin-nav" aria-label={t.value.administration}>
        <ul>
          {sections.map((each) => (
            <li key={each}>
              <a href={adminHref(each)} aria-current={each === section ? 'page' : undefined} data-testid={`admin-${each}-tab`}>
                {a.value.sections[each]}
                {each === 'reports' && openReports.value > 0 && <span class="badge" data-testid="admin-open-reports" title={a.value.openReports(countOf())}>{countOf()}</span>}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="admin-body" id="composer" tabIndex={-1}>
        {one === undefined && <h2 class="visually-hidden">{a.value.sections[section]}</h2>}
        {section === 'people' && (one ? <Person key={one} id={one} /> : <People />)}
        {section === 'rooms' && (one ? <RoomPage key={one} id={one} /> : <RoomList />)}
        {section === 'reports' && <Reports />}
        {section === 'keys' && <Keys key={one} owner={one} />}
        {section === 'sites' && <Sites />}
        {section === 'audit' && <Audit key={`${one} ${other}`} by={one} id={other} />}
        {section === 'nodes' && <Nodes />}
      </div>
    </div>
  );
}

const countOf = (): string => (openReports.value < reportsOnPage ? `${openReports.value}` : `${reportsOnPage}+`);
