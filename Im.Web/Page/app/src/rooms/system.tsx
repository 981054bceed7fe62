import { contentOf, type Line } from '@im/client';
import type { KindView } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';

/** What happened to a room, in a sentence: shown, and nobody's message. */
function view(sentence: (line: Line) => string): KindView {
  return { Body: ({ line }) => <p class="bubble bubble-removed quiet" data-testid="system-line" dir="auto">{sentence(line)}</p>, preview: sentence };
}

export const memberView = view((line) => {
  const member = contentOf(line, 'member');
  if (!member) return '';
  const { user, nickname, what, role } = member;
  return what === 'role' ? t.value.roomRole(nickname, t.value.roomRoles[role ?? 'member']) : t.value.roomDeeds[what](nickname, user === line.from.id ? undefined : line.from.nickname);
});

export const titleView = view((line) => {
  const content = contentOf(line, 'title');
  const { roomTitled, roomTopic, roomOpened, roomClosed, roomArchived, roomUnarchived, roomHistory } = t.value;
  if (!content) return '';
  const { title, topic, archived, history } = content;
  return [
    title !== undefined && roomTitled(title), topic !== undefined && roomTopic(topic), content.public !== undefined && (content.public ? roomOpened : roomClosed),
    history !== undefined && roomHistory[history], archived !== undefined && (archived ? roomArchived : roomUnarchived),
  ].filter(Boolean).join(' ');
});
