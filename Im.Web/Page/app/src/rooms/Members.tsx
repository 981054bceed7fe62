import type { Room, RoomRole, User } from '@im/client';
import { useRef, useState } from 'preact/hooks';
import { errorText, t } from '../settings/language.ts';
import { learn } from '../state/cards.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Field } from '../ui/Field.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { roomFailureText } from './roomFailureText.ts';
import { SureButton } from './SureButton.tsx';
import { useDeed } from './useDeed.ts';
import { usePages } from './usePages.ts';

const ranks: Readonly<Record<RoomRole, number>> = { member: 0, administrator: 1, owner: 2 };

/** Who is in a room, and inviting others. `changes`: read anew when that is another number. */
export function Members({ room, me, changes, mayInvite }: { room: Room; me: User; changes: number; mayInvite: boolean }) {
  const id = room.conversation;
  const { act, busy, failure } = useDeed();
  const [open, setOpen] = useState<string>();
  const { items, failed, more, reload } = usePages((after) => client.rooms.members(id, after).then(({ members, next }) => (learn(members), { items: members, next })), changes);
  const role = room.role ?? 'member';
  const does = (deed: () => Promise<unknown>) => void act(() => deed().then(reload));
  const why = failed ? t.value.roomsNotRead : failure;
  return (
    <section class="rooms-part" aria-busy={busy} data-testid="members" data-count={items?.length}>
      <h3>{t.value.membersTitle}</h3>
      {mayInvite && <Invite room={id} />}
      {why && <p class="field-error" role="alert" data-testid="members-error">{why}</p>}
      {failed && <button type="button" class="link-button" onClick={() => void reload()}>{t.value.retry}</button>}
      <ul class="rooms-list">
        {items?.map((member) => {
          const name = nameOf(member);
          const mayRemove = role !== 'member' && ranks[member.role] < ranks[role];
          const mayRank = role === 'owner' && member.id !== me.id && !room.archived;
          return (
            <li key={member.id} class="rooms-row" data-testid="member" data-user={member.id} data-nickname={member.nickname} data-role={member.role}>
              <Avatar id={member.id} nickname={member.nickname} size="s" />
              <div class="rooms-text">
                <p><Name id={member.id} nickname={member.nickname} />{member.id === me.id && <span class="quiet"> · {t.value.you}</span>}</p>
                {member.role !== 'member' && <p class="quiet">{t.value.roomRoleNames[member.role]}</p>}
              </div>
              {(mayRemove || mayRank) && (
                <button type="button" class="icon-button" data-testid="member-actions" aria-label={t.value.memberActions(name)} aria-expanded={open === member.id} onClick={() => setOpen(open === member.id ? undefined : member.id)}>
                  <MoreIcon />
                </button>
              )}
              {open === member.id && (
                <div class="rooms-deeds">
                  {mayRank && (
                    <>
                      <button type="button" class="link-button" data-testid="member-role" disabled={busy} onClick={() => does(() => client.rooms.setRole(id, member.id, member.role === 'member' ? 'administrator' : 'member'))}>
                        {member.role === 'member' ? t.value.makeAdministrator : t.value.makeMember}
                      </button>
                      <SureButton label={t.value.handOver} question={t.value.handOverSure(name)} testId="member-owner" disabled={busy} onSure={() => does(() => client.rooms.setRole(id, member.id, 'owner'))} />
                    </>
                  )}
                  {mayRemove && (
                    <>
                      <SureButton label={t.value.removeMember} question={t.value.removeSure(name)} testId="member-remove" disabled={busy} onSure={() => does(() => client.rooms.remove(id, member.id))} />
                      <SureButton label={t.value.banMember} question={t.value.banSure(name)} testId="member-ban" disabled={busy} onSure={() => does(() => client.rooms.ban(id, member.id))} />
                    </>
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {more && <button type="button" class="link-button" data-testid="members-more" onClick={more}>{t.value.moreMembers}</button>}
    </section>
  );
}

function Invite({ room }: { room: string }) {
  const { act, busy, failure } = useDeed();
  const [done, setDone] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const nickname = String(new FormData(form.current!).get('invite')).trim();
    setDone(undefined);
    if (!nickname || !(await act(() => client.rooms.invite(room, nickname), (error) => (error.code === 'not_found' ? errorText('unknown_nickname') : roomFailureText(error))))) return;
    form.current?.reset();
    setDone(t.value.invited(nickname));
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} aria-busy={busy}>
      <Field
        label={t.value.inviteWhom}
        name="invite"
        data-testid="invite-nickname"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={32}
        error={failure}
        after={
          <button type="submit" class="link-button rooms-inside" data-testid="invite-submit" disabled={busy}>
            {t.value.invite}
          </button>
        }
      />
      <p class="rooms-small" role="status" data-testid="invite-done">{done}</p>
    </form>
  );
}
