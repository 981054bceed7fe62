import { useEffect, useRef, useState } from 'preact/hooks';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

/** A list that comes in pages. `about`: another list for another value. */
export function usePages<Item>(read: (after?: string) => Promise<Page<Item>>, about: unknown) {
  const [page, setPage] = useState<Page<Item>>();
  const [failed, setFailed] = useState(false);
  const asked = useRef(0);
  const load = async (before?: Page<Item>) => {
    const mine = ++asked.current;
    try {
      const { items, next } = await read(before?.next);
      if (asked.current !== mine) return; // it was asked for anew
      setPage({ items: before ? [...before.items, ...items] : items, next });
      setFailed(false);
    } catch {
      if (asked.current === mine) setFailed(true);
    }
  };
  useEffect(() => {
    void load();
    return () => void asked.current++;
  }, [about]);
  return { items: page?.items, failed, reload: () => load(), ...(page?.next === undefined ? {} : { more: () => void load(page) }) };
}
