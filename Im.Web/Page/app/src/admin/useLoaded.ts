import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { failureOf } from '../settings/language.ts';

/** What is read when it is shown, and again after it was changed: what was there stays until then. */
export function useLoaded<Value>(read: () => Promise<Value>): { value: Value | undefined; problem: string | undefined; reload: () => Promise<void>; set: (value: Value) => void } {
  const [state, setState] = useState<{ of: typeof read; value?: Value; problem?: string }>({ of: read });
  const asked = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++asked.current;
    try {
      const value = await read();
      if (asked.current === mine) setState({ of: read, value });
    } catch (error) {
      if (asked.current === mine) setState((before) => ({ ...before, of: read, problem: failureOf(error).code }));
    }
  }, [read]);
  useEffect(() => {
    void reload();
    return () => void asked.current++;
  }, [reload]);
  const set = (value: Value) => {
    asked.current++;
    setState({ of: read, value });
  };
  const current = state.of === read ? state : undefined;
  return { value: current?.value, problem: current?.problem, reload, set };
}
