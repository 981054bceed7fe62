import { contentOf, type Line } from '@im/client';
import type { KindView } from '../kinds/kinds.ts';
import { isolated } from '../language/isolated.ts';
import { t } from '../settings/language.ts';
import { nameOf } from '../ui/names.ts';

/** What happened to a room, in a sentence: shown, and nobody's message. */
function view(sentence: (line: Line) => string): KindView {
  return { Body: ({ line }) => <>{sentence(line)}</>, preview: sentence };
}

export const memberView = view((line) => {
  const member = contentOf(line, 'member');
  if (!member) return '';
  const { user, nickname, what, role } = member;
  return what === 'role' ? t.value.roomRole(isolated(nameOf({ id: user, nickname })), t.value.roomRoles[role ?? 'member']) : t.value.roomDeeds[what](isolated(nameOf({ id: user, nickname })), user === line.from.id ? undefined : isolated(nameOf(line.from)));
});

export const titleView = view((line) => {
  const content = contentOf(line, 'title');
  const { roomTitled, roomTopic, roomOpened, roomClosed, roomArchived, roomUnarchived, roomHistory, roomPicture } = t.value;
  if (!content) return '';
  const { title, topic, archived, history, picture } = content;
  return [
    title !== undefined && roomTitled(isolated(title)), topic !== undefined && roomTopic(topic && isolated(topic)), content.public !== undefined && (content.public ? roomOpened : roomClosed),
    history !== undefined && roomHistory[history], archived !== undefined && (archived ? roomArchived : roomUnarchived), picture !== undefined && roomPicture(picture !== ''),
  ].filter(Boolean).join(' ');
});
