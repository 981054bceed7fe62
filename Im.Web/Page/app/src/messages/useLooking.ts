import { useLayoutEffect, useState } from 'preact/hooks';

const isLooking = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Somebody has this window before them: visible, and with the focus. */
export function useLooking(): boolean {
  const [looking, setLooking] = useState(isLooking);
  useLayoutEffect(() => {
    const look = () => setLooking(isLooking());
    addEventListener('focus', look);
    addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return looking;
}
