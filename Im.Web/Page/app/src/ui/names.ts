import { deletedNickname } from '@im/client';
import { t } from '../settings/language.ts';
import { cardOf } from '../state/cards.ts';

/** Whether this is what remains of a deleted account. Nobody else can be called so. */
export const isDeleted = ({ nickname }: { readonly nickname: string }): boolean => nickname === deletedNickname;

/** What somebody wants to be called, where that is another name. */
export function displayNameOf({ id, nickname }: Named): string | undefined {
  const name = id === undefined || isDeleted({ nickname }) ? undefined : cardOf(id)?.name;
  return name === nickname ? undefined : name;
}

/** What somebody is called on the page: a deleted account has no nickname, and is said in the reader's language. Anybody may choose any display name: the nickname, which is theirs alone, goes with it. */
export function nameOf(user: Named): string {
  const name = displayNameOf(user);
  return isDeleted(user) ? t.value.deletedAccount : name === undefined ? user.nickname : `${name} (@${user.nickname})`;
}

interface Named {
  readonly id?: string;
  readonly nickname: string;
}
