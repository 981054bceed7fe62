import { trimmed, type User } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { learn } from '../state/cards.ts';
import { client, me } from '../state/im.ts';

const waitMs = 200;
const maxChars = 64;

/** Whom the directory has for what is being typed, online or not; undefined until it has answered for just that. */
export function useFound(typed: string): readonly User[] | undefined {
  const [answer, setAnswer] = useState<{ for: string; users: readonly User[] }>();
  const wanted = trimmed(typed);
  useEffect(() => {
    if (!wanted || !me.value || wanted.length > maxChars) return;
    let current = true;
    const timer = setTimeout(() => client.http.people.search(wanted).then(({ users }) => (learn(users), current && setAnswer({ for: wanted, users })), () => current && setAnswer({ for: wanted, users: [] })), waitMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return answer?.for === wanted ? answer.users : undefined;
}
