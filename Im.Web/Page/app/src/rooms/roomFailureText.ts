import type { ImError } from '@im/client';
import { failureText, t } from '../settings/language.ts';

/** Some codes mean something else about a room. */
export const roomFailureText = (failure: ImError): string => t.value.roomErrors[failure.code] ?? failureText(failure);
