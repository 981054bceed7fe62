import type { ImError, User } from '@im/client';
import { useState } from 'preact/hooks';
import { errorText, failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { graphemes } from '../ui/graphemes.ts';
import { Name } from '../ui/Name.tsx';
import { PictureChoice } from '../ui/PictureChoice.tsx';
import { AccountLinks } from './AccountLinks.tsx';

const maxBrief = 128;
const maxName = 40;

/** What I am called and my brief, and below them the way to the rest of my account. */
export function BriefDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [name, setName] = useState(user.name ?? '');
  const [brief, setBrief] = useState(user.brief);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const left = maxBrief - graphemes(brief).length;
  const tooLong = graphemes(name).length > maxName;
  const isOfName = failure !== undefined && failure.code in t.value.nameErrors;
  const change = { ...(brief === user.brief ? {} : { brief }), ...(name.trim() === (user.name ?? '') ? {} : { name: name.trim() }) };
  const save = async (event: Event) => {
    event.preventDefault();
    if (Object.keys(change).length === 0) return onClose();
    setBusy(true);
    try {
      await client.updateProfile(change);
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.value.myInfo} onClose={onClose}>
      <PictureChoice has={user.picture !== undefined} save={(picture) => client.updatePicture(picture)}>
        <p class="dialog-person">
          <Avatar id={user.id} nickname={user.nickname} size="l" />
          <strong><Name id={user.id} nickname={user.nickname} /></strong>
        </p>
      </PictureChoice>
      <form onSubmit={save} aria-busy={busy}>
        <Field
          label={t.value.displayName}
          aside={t.value.optional}
          name="name"
          data-testid="name-input"
          autocomplete="name"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
          hint={t.value.displayNameHint(user.nickname)}
          error={tooLong ? t.value.nameErrors['bad_name'] : isOfName ? t.value.nameErrors[failure.code] : undefined}
        />
        <Field
          label={t.value.brief}
          name="brief"
          data-testid="brief-input"
          autocomplete="off"
          autofocus
          value={brief}
          onInput={(event) => setBrief(event.currentTarget.value)}
          hint={left < 32 ? t.value.charactersLeft(left) : t.value.briefHint}
          error={left < 0 ? errorText('bad_brief') : failure && !isOfName ? failureText(failure) : undefined}
        />
        <button type="submit" class="button button-wide" data-testid="brief-save" disabled={busy || left < 0 || tooLong}>
          {busy ? t.value.wait : t.value.save}
        </button>
      </form>
      <AccountLinks />
    </Dialog>
  );
}
