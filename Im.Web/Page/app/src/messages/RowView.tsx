import { isSystem, type Gap } from '@im/client';
import { Author } from '../people/Author.tsx';
import { SystemLine } from '../rooms/SystemLine.tsx';
import { t } from '../settings/language.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Boundary } from '../ui/Boundary.tsx';
import { Name } from '../ui/Name.tsx';
import { timeText } from '../ui/times.ts';
import { DayMark } from './DayMark.tsx';
import { GapMark } from './GapMark.tsx';
import { MessageItem, type MessageItemProps } from './MessageItem.tsx';
import type { Row } from './rows.ts';

export interface RowViewProps {
  readonly row: Row;
  readonly about: Pick<MessageItemProps, 'refused'>;
  /** Reads lines that are not loaded. */
  readonly readGap: (gap: Gap, side: 'start' | 'end') => Promise<void>;
}

/** A row is exactly one element: an item of the list. */
export function RowView({ row, about, readGap }: RowViewProps) {
  switch (row.kind) {
    case 'day':
      return <DayMark at={row.at} />;
    case 'new':
      return <NewDivider />;
    case 'gap':
      return <GapMark gap={row.gap} load={readGap} />;
    case 'head':
      return (
        <Boundary dependsOn={[row.line.from.id, row.line.from.nickname, row.line.at, row.mine]} instead={() => <li class="head" />}>
          <Head sender={row.line.from.id} nickname={row.line.from.nickname} at={row.line.at} mine={row.mine} />
        </Boundary>
      );
    case 'line':
      return (
        <Boundary dependsOn={[row.line, row.outgoing, placeOf(row), about.refused?.map(({ id, failure }) => `${id} ${failure}`).join()]} instead={() => <Undrawn />}>
          {isSystem(row.line) ? <SystemLine line={row.line} /> : <MessageItem line={row.line} place={placeOf(row)} {...(row.outgoing && { outgoing: row.outgoing })} {...about} />}
        </Boundary>
      );
  }
}

/** Who says what follows, and since when. */
function Head({ sender, nickname, at, mine }: { sender: string; nickname: string; at: number; mine: boolean }) {
  return (
    <li class={mine ? 'head group-mine' : 'head'}>
      {mine ? (
        <bdi class="visually-hidden">{t.value.you}</bdi>
      ) : (
        <>
          <Author id={sender} nickname={nickname}>
            <Avatar id={sender} nickname={nickname} size="s" />
          </Author>
          <Author id={sender} nickname={nickname}>
            <span class="head-name"><Name id={sender} nickname={nickname} /></span>
          </Author>
        </>
      )}
      <time class="quiet" dateTime={new Date(at).toISOString()}>
        {timeText(at)}
      </time>
    </li>
  );
}

function NewDivider() {
  return (
    <li class="new-divider" data-testid="new-divider">
      <span>{t.value.newDivider}</span>
    </li>
  );
}

/** In place of a line that could not be drawn: the others are. */
function Undrawn() {
  return (
    <li class="message" data-testid="message-undrawn" tabIndex={-1}>
      <p class="bubble bubble-removed quiet">{t.value.undrawn}</p>
    </li>
  );
}

const placeOf = ({ mine, first, last }: { mine: boolean; first: boolean; last: boolean }): string =>
  `${mine ? 'group-mine ' : ''}${first ? 'is-first ' : ''}${last ? 'is-last' : ''}`.trim();
