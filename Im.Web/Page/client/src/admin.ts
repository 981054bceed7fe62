import type { HttpApi } from './http.ts';
import type { ApiScope, RoomMembersPage, Sender, SessionInfo, User } from './protocol.ts';

/** Times are Unix milliseconds, here as below. */
export interface AdminStanding {
  readonly created: number;
  readonly admin: boolean;
  readonly mutedUntil?: number;
  readonly bannedUntil?: number;
  /** Missing where they do not want it stored. */
  readonly lastSeen?: number;
}

export type AdminPerson = Omit<User, 'admin'> & AdminStanding;

export interface AdminUser extends AdminStanding {
  readonly user: User;
  readonly sessions: readonly SessionInfo[];
  readonly openReports: number;
  /** How many API keys they have. */
  readonly keys: number;
}

export type AdminUserFilter = 'administrators' | 'muted' | 'banned';

/** `lines`: how many were said, those recalled included. */
export interface AdminRoom {
  readonly conversation: string;
  readonly title: string;
  readonly topic: string;
  readonly public: boolean;
  readonly members: number;
  readonly created: number;
  readonly lines: number;
  readonly fileBytes: number;
  readonly archived?: true;
  readonly owner?: Sender;
  readonly lastAt?: number;
}

export interface AdminKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly created: number;
  readonly owner: Sender;
}

export type ReportDecision = 'dismissed' | 'recalled' | 'muted' | 'banned' | 'erased';

export interface Report {
  readonly id: number;
  readonly at: number;
  readonly reporter: Sender;
  readonly user: Sender;
  readonly reason: string;
  readonly conversation?: string;
  readonly line?: number;
  /** What the line said when it was reported. */
  readonly text?: string;
  readonly closed?: number;
  readonly closedBy?: Sender;
  readonly decision?: ReportDecision;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly actorId?: string;
  readonly action: string;
  readonly target: string;
  /** What the person or room is called now. */
  readonly targetName?: string;
  readonly detail?: string;
}

/** A page of another origin on which the widget may be. `label` stands behind the names of those who come from there; with the keys of `owner` tokens are asked for. */
export interface WidgetSite {
  readonly id: string;
  readonly origin: string;
  readonly label: string;
  readonly owner: Sender;
  readonly created: number;
}

/** `people`: who is online on it, each once; guests are counted apart. */
export interface AdminNode {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly connections: number;
  readonly live: boolean;
  readonly draining: boolean;
  readonly started: number;
  readonly leaseMs: number;
  readonly people: number;
  readonly guests: number;
  readonly version?: string;
}

const admin = '/api/admin';

/** The addresses of administrators; `forbidden` for everybody else. Lists come in pages: `after` and `before` are the `next` of the page before, or the last one's id. */
export class Administration {
  readonly #http: HttpApi;

  constructor(http: HttpApi) {
    this.#http = http;
  }

  users(search = '', filter?: AdminUserFilter, after?: string): Promise<{ readonly users: readonly AdminPerson[]; readonly next?: string }> {
    return this.#get('/users', { search, filter, after });
  }

  /** By nickname or id. */
  user(nameOrId: string): Promise<AdminUser> {
    return this.#get(`/users/${encodeURIComponent(nameOrId)}`);
  }

  /** 0 minutes: no longer. */
  mute(user: string, minutes: number, reason?: string): Promise<AdminUser> {
    return this.#http.ask('PUT', `${admin}/users/${user}/mute`, { minutes, ...(reason ? { reason } : {}) });
  }

  /** They are signed out, and cannot log in. 0 minutes: no longer. */
  ban(user: string, minutes: number, reason?: string): Promise<AdminUser> {
    return this.#http.ask('PUT', `${admin}/users/${user}/ban`, { minutes, ...(reason ? { reason } : {}) });
  }

  /** `last_administrator` where nobody else would be one. */
  setAdministrator(user: string, isOne: boolean): Promise<AdminUser> {
    return this.#http.ask('PUT', `${admin}/users/${user}/admin`, { admin: isOne });
  }

  async signOut(user: string): Promise<number> {
    return (await this.#http.ask<{ ended: number }>('DELETE', `${admin}/users/${user}/sessions`)).ended;
  }

  endSession(user: string, session: string): Promise<void> {
    return this.#http.ask('DELETE', `${admin}/users/${user}/sessions/${encodeURIComponent(session)}`);
  }

  /** As they may themselves. `removeMessages`: with the texts. */
  async erase(user: string, removeMessages: boolean): Promise<number> {
    return (await this.#http.ask<{ ended: number }>('DELETE', `${admin}/users/${user}`, { removeMessages })).ended;
  }

  /** All of them by title, private and archived ones too. */
  rooms(search = '', after?: string): Promise<{ readonly rooms: readonly AdminRoom[]; readonly next?: string }> {
    return this.#get('/rooms', { search, after });
  }

  room(id: string): Promise<AdminRoom> {
    return this.#get(`/rooms/${encodeURIComponent(id)}`);
  }

  members(room: string, after?: string): Promise<RoomMembersPage> {
    return this.#get(`/rooms/${encodeURIComponent(room)}/members`, { after });
  }

  archive(room: string, archived: boolean): Promise<AdminRoom> {
    return this.#http.ask('PUT', `${admin}/rooms/${encodeURIComponent(room)}/archived`, { archived });
  }

  /** Newest first, 50 at a time. */
  reports(wanted: { closed?: boolean; user?: string; before?: number } = {}): Promise<readonly Report[]> {
    return this.#get('/reports', wanted);
  }

  /** `decision` tells those who read it later what came of it. */
  closeReport(id: number, decision?: ReportDecision): Promise<void> {
    return this.#http.ask('PUT', `${admin}/reports/${id}`, { closed: true, ...(decision ? { decision } : {}) });
  }

  openReport(id: number): Promise<void> {
    return this.#http.ask('PUT', `${admin}/reports/${id}`, { closed: false });
  }

  /** Recalls a line, in whichever conversation. */
  remove(conversation: string, line: number): Promise<void> {
    return this.#http.ask('DELETE', `${admin}/conversations/${encodeURIComponent(conversation)}/messages/${line}`);
  }

  /** Everybody's, newest first. */
  keys(before?: string, owner?: string): Promise<{ readonly keys: readonly AdminKey[]; readonly next?: string }> {
    return this.#get('/keys', { before, owner });
  }

  revokeKey(id: string): Promise<void> {
    return this.#http.ask('DELETE', `${admin}/keys/${id}`);
  }

  /** Where the widget may be, by origin. */
  sites(): Promise<readonly WidgetSite[]> {
    return this.#get('/sites');
  }

  /** @param owner Whose keys may ask for tokens, by nickname; oneself by default. */
  allowSite(origin: string, label: string, owner?: string): Promise<WidgetSite> {
    return this.#http.ask('POST', `${admin}/sites`, { origin, label, ...(owner ? { owner } : {}) });
  }

  /** What was opened from there ends within five seconds. */
  removeSite(id: string): Promise<void> {
    return this.#http.ask('DELETE', `${admin}/sites/${id}`);
  }

  /** Newest first, 100 at a time. */
  audit(wanted: { before?: number; action?: string; actor?: string; target?: string } = {}): Promise<readonly AuditEntry[]> {
    return this.#get('/audit', wanted);
  }

  nodes(): Promise<readonly AdminNode[]> {
    return this.#get('/nodes');
  }

  /** To everybody who is connected. */
  announce(text: string): Promise<void> {
    return this.#http.ask('POST', `${admin}/announcements`, { text });
  }

  #get<Answer>(path: string, wanted: Readonly<Record<string, string | number | boolean | undefined>> = {}): Promise<Answer> {
    const said = Object.entries(wanted).filter(([, value]) => value !== undefined && value !== '');
    return this.#http.ask('GET', `${admin}${path}${said.length > 0 ? `?${new URLSearchParams(said.map(([name, value]) => [name, `${value}`]))}` : ''}`);
  }
}
