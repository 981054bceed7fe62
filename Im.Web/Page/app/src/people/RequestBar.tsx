import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { openProfile } from '../account/dialogs.ts';
import { answered, personOf } from '../state/chats.ts';
import { client } from '../state/im.ts';
import type { ChatKey } from '../state/route.ts';
import './requests.css';

/** Above the composer in a stranger's conversation: whether one wants it. An answer accepts it too. */
export function RequestBar({ chat, name }: { chat: ChatKey; name: string }) {
  const { act, busy, failure } = useDeed();
  const person = personOf(chat);
  const answer = (accept: boolean) => void act(() => (accept ? client.http.people.accept(chat) : client.http.people.decline(chat)).then(() => answered(chat, accept)), failureText);
  return (
    <div class="request-bar" role="group" aria-label={t.value.requestFrom(name)} data-testid="request-bar">
      <p>{failure ?? t.value.requestFrom(name)}</p>
      <button type="button" class="button" data-testid="request-accept" disabled={busy} onClick={() => answer(true)}>{t.value.accept}</button>
      <button type="button" class="button button-quiet" data-testid="request-decline" disabled={busy} onClick={() => answer(false)}>{t.value.decline}</button>
      {person && <button type="button" class="link-button is-danger" data-testid="request-profile" onClick={() => openProfile(person)}>{t.value.blockOrReport}</button>}
    </div>
  );
}
