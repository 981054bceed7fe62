import type { ImError, SessionInfo } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { failureOf } from '../settings/language.ts';
import { client } from '../state/im.ts';

/** Where the user is logged in, this session first, and what can be done about it. */
export interface Sessions {
  /** undefined until it is read. */
  readonly list: readonly SessionInfo[] | undefined;
  readonly failure: ImError | undefined;
  readonly busy: boolean;
  /** How many the last deed has signed out. */
  readonly ended: number | undefined;
  read(): Promise<void>;
  end(session: SessionInfo): Promise<void>;
  endOthers(): Promise<void>;
}

export function useSessions(): Sessions {
  const [list, setList] = useState<readonly SessionInfo[]>();
  const [failure, setFailure] = useState<ImError>();
  const [busy, setBusy] = useState(false);
  const [ended, setEnded] = useState<number>();

  const act = async (deed?: () => Promise<number>) => {
    setBusy(true);
    setFailure(undefined);
    setEnded(undefined);
    try {
      if (deed) setEnded(await deed());
      const sessions = await client.http.sessions();
      setList(sessions.sort((a, b) => Number(b.current) - Number(a.current)));
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  const endOne = async ({ id }: SessionInfo) => {
    try {
      await client.http.endSession(id);
    } catch (error) {
      if (failureOf(error).code !== 'not_found') throw error; // it has ended meanwhile, which is what was asked for
    }
    return 1;
  };
  useEffect(() => void act(), []);
  return { list, failure, busy, ended, read: () => act(), end: (session) => act(() => endOne(session)), endOthers: () => act(() => client.http.endOtherSessions()) };
}
