import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import { previewOf } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { OpenConversation } from './OpenConversation.ts';
import { nameOf } from '../ui/names.ts';
import './quote.css';

/** The line that this one replies to. Pressed, it is shown in its place. */
export function Quote({ target }: { target: number }) {
  const { timeline, jump } = useContext(OpenConversation)!;
  const [line, setLine] = useState(() => timeline.quoted(target));
  useLayoutEffect(() => timeline.on('change', () => setLine(timeline.quoted(target))), [timeline, target]);
  const hint = t.value.goToQuoted;
  return (
    <button type="button" class="quote" data-testid="quote" data-target={target} title={hint} aria-description={hint} onClick={() => void jump(target)}>
      {line ? (
        <>
          <bdi class="quote-name">{nameOf(line.from)}</bdi>
          <span class="quote-text" dir="auto">
            {previewOf(line)}
          </span>
        </>
      ) : (
        <span class="quote-text">{t.value.notLoaded}</span>
      )}
    </button>
  );
}
