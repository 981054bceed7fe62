import type { Line } from '@im/client';
import { viewOf } from '../kinds/kinds.ts';
import { exactText } from '../ui/times.ts';
import './system.css';

/** What happened to a room: shown where it happened, and nobody's message. */
export function SystemLine({ line }: { line: Line }) {
  const { Body } = viewOf(line);
  return (
    <li class="system quiet" data-testid="system-line" data-kind={line.kind} data-line={line.line} title={exactText(line.at)} dir="auto" tabIndex={-1}>
      <Body line={line} pending={false} />
    </li>
  );
}
