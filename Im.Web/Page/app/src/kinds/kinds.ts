import type { Line } from '@im/client';
import type { FunctionComponent } from 'preact';
import { t } from '../settings/language.ts';
import type { ChatKey } from '../state/route.ts';
import { fileView } from './file.tsx';
import { pollView } from './poll.tsx';
import { memberView, titleView } from '../rooms/system.tsx';
import { textView } from './text.tsx';
import { unknownView } from './unknown.tsx';

/** How the page shows the lines of a kind. A new kind is a file here, a line in `views`, and a line in the client's `kinds.ts`. */
export interface KindView {
  /** What stands in the conversation; drawn only while the line's content is there. */
  readonly Body: FunctionComponent<{ line: Line; pending: boolean }>;
  /** In the list of conversations, in a quote, and for screen readers. */
  readonly preview: (line: Line) => string;
  /** How one is begun, other than by writing: a button beside the text, and the dialog that it opens. */
  readonly begin?: { readonly title: () => string; readonly Icon: FunctionComponent; readonly Dialog: FunctionComponent<{ chat: ChatKey; onClose: () => void }> };
}

const views: Readonly<Record<string, KindView>> = { text: textView, poll: pollView, member: memberView, title: titleView, file: fileView };

/** What has a button in the composer. */
export const beginnings = Object.entries(views).flatMap(([kind, { begin }]) => (begin ? [{ kind, ...begin }] : []));

export const viewOf = ({ kind }: Line): KindView => views[kind] ?? unknownView;

export const previewOf = (line: Line): string => (isGone(line) ? goneText(line) : viewOf(line).preview(line));

export const isGone = ({ content }: Line): boolean => content === undefined;

/** Who took it away says why there is nothing. */
export function goneText({ effects, from }: Line): string {
  const erase = effects.find(({ effect }) => effect === 'erase');
  return !erase ? t.value.removed : erase.from.id === from.id ? t.value.recalled : t.value.removedByAdmin;
}
