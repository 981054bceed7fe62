import type { ImError } from '@im/client';
import { useState } from 'preact/hooks';
import { failureOf } from '../settings/language.ts';
import { roomFailureText } from './roomFailureText.ts';

/** What one does in a dialog: one thing at a time, and why it failed is said. */
export function useDeed() {
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  /** @returns whether it was done. */
  const act = async (deed: () => Promise<unknown>, words: (failure: ImError) => string = roomFailureText): Promise<boolean> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await deed();
      return true;
    } catch (error) {
      setFailure(words(failureOf(error)));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { act, busy, failure };
}
