import { useEffect, useState } from 'preact/hooks';
import { language, t } from '../settings/language.ts';
import { Popover, type Anchor } from '../ui/Popover.tsx';
import { chooseTone, findEmoji, groups, groupSigns, loadEmoji, recent, remember, tone, toned, toneSigns, type Emoji } from './emoji.ts';
import './emoji.css';

export interface EmojiPickerProps {
  readonly anchor: Anchor;
  readonly onClose: () => void;
  readonly onPick: (emoji: string) => void;
}

const columns = 9;

/** All emoji by group, and those that were picked last; found by name in the page's language. Arrows move within the grid, from the field Down leads into it. */
export function EmojiPicker({ anchor, onClose, onPick }: EmojiPickerProps) {
  const [list, setList] = useState<readonly Emoji[] | 'failed'>([]);
  const [wanted, setWanted] = useState('');
  const [group, setGroup] = useState<number>(recent.value.length > 0 ? -1 : 0);
  const words = t.value;
  useEffect(() => void loadEmoji(language.value === 'en' ? 'en' : 'zh').then(setList, () => setList('failed')), [language.value]);
  const all = list === 'failed' ? [] : list;
  const shown: readonly { emoji: string; name: string }[] = wanted.trim()
    ? findEmoji(all, wanted.trim()).map((each) => ({ emoji: toned(each), name: each.name }))
    : group < 0
      ? recent.value.map((emoji) => ({ emoji, name: all.find((each) => each.emoji === emoji || toned(each) === emoji)?.name ?? emoji }))
      : all.filter((each) => each.group === group).map((each) => ({ emoji: toned(each), name: each.name }));
  const rows = Array.from({ length: Math.ceil(shown.length / columns) }, (_, row) => shown.slice(row * columns, (row + 1) * columns));
  const pick = (emoji: string) => {
    remember(emoji);
    onPick(emoji);
  };
  const nextTone = (tone.value + 1) % toneSigns.length;
  return (
    <Popover class="emoji" role="dialog" aria-label={words.emoji} data-testid="emoji-picker" data-tabs anchor={anchor} onClose={onClose}>
      <div class="emoji-head">
        <input
          type="search"
          data-first={matchMedia('(hover: hover)').matches || undefined}
          data-testid="emoji-search"
          value={wanted}
          placeholder={words.emojiFind}
          aria-label={words.emojiFind}
          onInput={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = event.currentTarget.closest('.emoji')!.querySelector<HTMLElement>('[role=gridcell]');
            if (event.key === 'ArrowDown') event.preventDefault(), first?.focus();
            if (event.key === 'Enter' && !event.isComposing && wanted.trim() && shown[0]) event.preventDefault(), pick(shown[0].emoji);
          }}
        />
        <button type="button" class="icon-button emoji-tone" data-testid="emoji-tone" aria-label={words.emojiTone(tone.value)} title={words.emojiTone(tone.value)} onClick={() => chooseTone(nextTone)}>
          {`✋${toneSigns[tone.value]}`}
        </button>
      </div>
      <div class="emoji-groups" role="toolbar" aria-label={words.emojiGroups} onKeyDown={moveInRow}>
        {[...(recent.value.length > 0 ? [-1] : []), ...groups].map((each) => (
          <button
            key={each}
            type="button"
            data-testid="emoji-group"
            aria-pressed={!wanted.trim() && each === group}
            aria-label={words.emojiGroup[each]}
            title={words.emojiGroup[each]}
            tabIndex={each === group ? 0 : -1}
            onClick={() => (setWanted(''), setGroup(each))}
          >
            {each < 0 ? '🕘' : groupSigns[each]}
          </button>
        ))}
      </div>
      {rows.length > 0 ? (
        <div class="emoji-grid" role="grid" aria-label={wanted.trim() ? words.emojiFound(shown.length) : words.emojiGroup[group]} onKeyDown={moveInGrid}>
          {rows.map((row, index) => (
            <div role="row" key={index}>
              {row.map(({ emoji, name }, column) => (
                <button key={emoji} type="button" role="gridcell" data-testid="emoji" data-emoji={emoji} tabIndex={index === 0 && column === 0 ? 0 : -1} aria-label={name} title={name} onClick={() => pick(emoji)}>
                  {emoji}
                </button>
              ))}
            </div>
          ))}
        </div>
      ) : (
        <p class="emoji-none quiet" role="status">
          {list === 'failed' ? words.emojiNotRead : all.length === 0 ? words.wait : words.emojiNone}
        </p>
      )}
    </Popover>
  );
}

function moveInRow(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  move(event, { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity });
}

function moveInGrid(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key === 'ArrowUp' && event.target instanceof Element && event.target.closest('[role=row]') === event.currentTarget.firstElementChild) {
    event.preventDefault();
    event.currentTarget.closest('.emoji')!.querySelector('input')!.focus();
  } else move(event, { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -Infinity, End: Infinity });
}

function move(event: KeyboardEvent & { currentTarget: HTMLElement }, steps: Readonly<Record<string, number>>): void {
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll('button')];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  all[Math.max(0, Math.min(all.length - 1, at + step))]!.focus();
}
