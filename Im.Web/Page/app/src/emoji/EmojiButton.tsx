import { useCallback, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { EmojiIcon } from '../ui/icons.tsx';
import { anchorAt, type Anchor } from '../ui/Popover.tsx';
import { EmojiPicker } from './LazyEmojiPicker.ts';

/** Opens the emoji beside a field that one writes in. */
export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const [anchor, setAnchor] = useState<Anchor>();
  const close = useCallback(() => setAnchor(undefined), []);
  return (
    <>
      <button
        type="button"
        class="icon-button composer-begin"
        data-testid="emoji-open"
        aria-haspopup="dialog"
        aria-expanded={anchor !== undefined}
        aria-label={t.value.emoji}
        title={t.value.emoji}
        onClick={(event) => setAnchor(anchor ? undefined : anchorAt(event.currentTarget))}
      >
        <EmojiIcon />
      </button>
      {anchor && <EmojiPicker anchor={anchor} onClose={close} onPick={(emoji) => (close(), onPick(emoji))} />}
    </>
  );
}
