import { contentOf, type Line } from '@im/client';
import type { FunctionComponent } from 'preact';
import { openProfile } from '../account/dialogs.ts';
import { previewOf } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { addresseeOf, isRoomKey } from '../state/addressee.ts';
import { chatOf, keyOf, looksAfter, mayWrite, nicknameOf } from '../state/chats.ts';
import { composing } from '../state/composing.ts';
import { client, me } from '../state/im.ts';
import { lineHref } from '../state/route.ts';
import { copy } from '../ui/copy.ts';
import { CopyIcon, EditIcon, EmojiIcon, FlagIcon, LinkIcon, ReplyIcon, TrashIcon, TwoChecksIcon, UnreadIcon } from '../ui/icons.tsx';
import { nameOf } from '../ui/names.ts';
import { notice } from '../ui/notice.tsx';
import { handle, type Handle } from './handles.ts';

const recallWithinMs = 24 * 3_600_000;

/** Something that can be done with a line. */
export interface LineAction {
  readonly name: 'emoji' | 'reply' | 'edit' | 'copy' | 'link' | 'unread' | 'seen' | 'report' | 'recall';
  readonly label: string;
  readonly Icon: FunctionComponent;
  /** Does the same while the line has the focus; as `KeyboardEvent.key` has it. */
  readonly keys?: string;
  readonly danger?: boolean;
  /** Missing where there is nothing to do: it only says something. */
  readonly run?: (of: Omit<Handle, 'of'>) => void;
}

/** In the order of the menu; a line that is recalled or on its way has none. */
export function actionsFor(line: Line): LineAction[] {
  const words = t.value;
  const mine = line.from.id === me.value?.id;
  const chat = keyOf(line);
  const writes = mayWrite(chatOf(chat));
  const peerHasRead = chat === 'lobby' || isRoomKey(chat) ? undefined : (chatOf(chat).peerReadLine ?? 0) >= line.line;
  const compose = (mode: 'reply' | 'edit') => () => (composing.value = { mode, line });
  const tell = (done: boolean) => notice(done ? words.copied : words.notCopied);
  const all: (LineAction | false | null | undefined)[] = [
    writes && { name: 'emoji', label: words.reactWith, Icon: EmojiIcon, keys: '+', run: (of) => (handle.value = { ...of, of: 'emoji' }) },
    writes && { name: 'reply', label: words.reply, Icon: ReplyIcon, keys: 'R', run: compose('reply') },
    writes && mine && line.kind === 'text' && { name: 'edit', label: words.edit, Icon: EditIcon, keys: 'E', run: compose('edit') },
    { name: 'copy', label: words.copyText, Icon: CopyIcon, keys: 'C', run: () => void copy(wordsOf(line)).then(tell) },
    { name: 'link', label: words.copyLink, Icon: LinkIcon, keys: 'L', run: () => void copy(new URL(lineHref(line), location.href).href).then(tell) },
    me.value && !chatOf(chat).left && { name: 'unread', label: words.markUnread, Icon: UnreadIcon, keys: 'U', run: () => void client.unread(addresseeOf(chat), line.line).catch(() => notice(words.notMarked)) },
    mine && peerHasRead !== undefined && { name: 'seen', label: peerHasRead ? words.seenBy(nameOf({ id: chat, nickname: nicknameOf(chat) ?? '…' })) : words.notSeenYet, Icon: TwoChecksIcon },
    me.value && !mine && { name: 'report', label: words.report, Icon: FlagIcon, run: () => openProfile({ brief: '', ...line.from }, { conversation: line.conversation, line: line.line }) },
    writes && (looksAfter(chatOf(chat)) || (mine && client.now - line.at < recallWithinMs)) && { name: 'recall', label: words.recall, Icon: TrashIcon, keys: 'Delete', danger: true, run: (of) => (handle.value = { ...of, of: 'recall' }) },
  ];
  return all.filter((each): each is LineAction => Boolean(each));
}

function wordsOf(line: Line): string {
  const poll = contentOf(line, 'poll');
  return contentOf(line, 'text')?.text ?? (poll ? [poll.question, ...poll.options].join('\n') : previewOf(line));
}
