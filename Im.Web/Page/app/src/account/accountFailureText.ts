import type { ImError } from '@im/client';
import { failureText, t } from '../settings/language.ts';

/** Where one is asked for one's own password, a wrong one says nothing about a nickname. */
export const accountFailureText = (failure: ImError): string => (failure.code === 'wrong_password' ? t.value.notYourPassword : failureText(failure));
