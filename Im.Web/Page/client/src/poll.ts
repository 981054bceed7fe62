import { contentOf, marksOf } from './kinds.ts';
import type { Line } from './protocol.ts';

export interface PollState {
  readonly question: string;
  readonly many: boolean;
  readonly options: readonly { readonly text: string; readonly count: number; readonly mine: boolean }[];
  /** How many have voted; of a large poll more than its options' counts show, which are those of the newest 200 votes. */
  readonly voters: number;
}

/** A poll with its votes; undefined where the line is none, or was erased. */
export function pollOf(line: Line, me: string | undefined): PollState | undefined {
  const content = contentOf(line, 'poll');
  if (!content) return undefined;
  const votes = marksOf(line, 'vote').map((event) => ({ by: event.from.id, choices: contentOf(event, 'vote')?.choices ?? [] }));
  const options = content.options.map((text, option) => {
    const voters = votes.filter(({ choices }) => choices.includes(option));
    return { text, count: voters.length, mine: voters.some(({ by }) => by === me) };
  });
  const voting = votes.filter(({ choices }) => choices.length > 0).length;
  return { question: content.question, many: content.many === true, options, voters: Math.max(voting, line.tally?.['vote']?.count ?? 0) };
}

/** The user's choices once this option is chosen, or no longer: what is posted. */
export function toggledChoices(poll: PollState, option: number): readonly number[] {
  const chosen = poll.options.flatMap(({ mine }, index) => (mine ? [index] : []));
  if (chosen.includes(option)) return chosen.filter((each) => each !== option);
  return poll.many ? [...chosen, option].sort((a, b) => a - b) : [option];
}
