import { deletedNickname } from '@im/client';
import { t } from '../settings/language.ts';

/** Whether this is what remains of a deleted account. Nobody else can be called so. */
export const isDeleted = ({ nickname }: { readonly nickname: string }): boolean => nickname === deletedNickname;

/** What somebody is called on the page: a deleted account has no nickname, and is said in the reader's language. */
export const nameOf = (user: { readonly nickname: string }): string => (isDeleted(user) ? t.value.deletedAccount : user.nickname);
