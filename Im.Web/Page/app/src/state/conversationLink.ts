import { peerOf } from '@im/client';
import { effect } from '@preact/signals';
import { t } from '../settings/language.ts';
import { notice } from '../ui/notice.tsx';
import { client, me } from './im.ts';
import { chatHref, goInstead, linkedConversation } from './route.ts';

// A link to a direct conversation names it by its id, and opens for those who are in it. A guest may log in first.
effect(() => {
  const link = linkedConversation.value;
  const user = me.value?.id;
  if (!link || user === undefined) return;
  const lead = (href: string) => linkedConversation.peek() === link && (goInstead(href), true); // unless one has gone elsewhere meanwhile
  void client.lines({ conversation: link.id }, { limit: 1 }).then(
    ({ lines: [line] }) => lead(chatHref((line && peerOf(line, user)) ?? 'lobby', link.line)),
    () => lead(chatHref('lobby')) && notice(t.peek().linkNotYours),
  );
});
