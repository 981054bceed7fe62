import { useEffect } from 'preact/hooks';

/** While the page is looked at, and at once when it is again. */
export function useEvery(milliseconds: number, look: () => void): void {
  useEffect(() => {
    const whenSeen = () => document.visibilityState === 'visible' && look();
    const timer = setInterval(whenSeen, milliseconds);
    document.addEventListener('visibilitychange', whenSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', whenSeen);
    };
  }, [look]);
}
