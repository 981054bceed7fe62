import type { ImError, User } from '@im/client';
import { useState } from 'preact/hooks';
import { errorText, failureOf, failureText, t } from '../settings/language.ts';
import { client } from '../state/im.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { graphemes } from '../ui/graphemes.ts';
import { AccountLinks } from './AccountLinks.tsx';

const maxBrief = 128;
const lengthOf = (text: string): number => graphemes(text).length;

/** My brief, and below it the way to the rest of my account. */
export function BriefDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const [brief, setBrief] = useState(user.brief);
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const left = maxBrief - lengthOf(brief);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await client.updateBrief(brief);
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.value.myInfo} onClose={onClose}>
      <form onSubmit={save} aria-busy={busy}>
        <p class="dialog-person">
          <Avatar id={user.id} nickname={user.nickname} size="l" />
          <strong>{user.nickname}</strong>
        </p>
        <Field
          label={t.value.brief}
          name="brief"
          data-testid="brief-input"
          autocomplete="off"
          autofocus
          value={brief}
          onInput={(event) => setBrief(event.currentTarget.value)}
          hint={left < 32 ? t.value.charactersLeft(left) : t.value.briefHint}
          error={left < 0 ? errorText('bad_brief') : failure && failureText(failure)}
        />
        <button type="submit" class="button button-wide" data-testid="brief-save" disabled={busy || left < 0}>
          {busy ? t.value.wait : t.value.save}
        </button>
      </form>
      <AccountLinks />
    </Dialog>
  );
}
