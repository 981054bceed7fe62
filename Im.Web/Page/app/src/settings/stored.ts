/** localStorage and sessionStorage, where the browser allows them. */
export function stored(storage: 'local' | 'session', key: string): string | null {
  try {
    return area(storage).getItem(key);
  } catch {
    return null;
  }
}

export function store(storage: 'local' | 'session', key: string, value: string | null): void {
  try {
    if (value === null) area(storage).removeItem(key);
    else area(storage).setItem(key, value);
  } catch {
    // Private windows and full disks: it is not kept, and that is all.
  }
}

export function storedKeys(storage: 'local' | 'session', prefix: string): string[] {
  try {
    return Object.keys(area(storage)).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** localStorage itself; undefined where the browser allows none. */
export function local(): Storage | undefined {
  try {
    return area('local');
  } catch {
    return undefined;
  }
}

const area = (storage: 'local' | 'session') => (storage === 'local' ? localStorage : sessionStorage);
