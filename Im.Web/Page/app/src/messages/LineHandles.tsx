import { reactionsOf, type Line } from '@im/client';
import { useCallback, useContext, useEffect, useLayoutEffect } from 'preact/hooks';
import { EmojiPicker } from '../emoji/LazyEmojiPicker.ts';
import { isGone } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { chatOf, keyOf, mayWrite } from '../state/chats.ts';
import { me } from '../state/im.ts';
import { post } from '../state/outgoing.ts';
import { goToChat, linkedLine, selected } from '../state/route.ts';
import { anchorAt, anchorAtPoint } from '../ui/Popover.tsx';
import { chosen, Menu, MenuItem } from '../ui/Menu.tsx';
import { handle } from './handles.ts';
import { actionsFor } from './lineActions.tsx';
import { OpenConversation } from './OpenConversation.ts';
import { toggleReaction } from './Reactions.tsx';

const offered = ['👍', '❤️', '😂', '🎉', '😮', '😢'];
const longPressMs = 500;
const slipPx = 10;

/**
 * What can be done with the lines of the open conversation, by pointer, finger and key. It listens once for all of them: a line is an element with its number, and is drawn
 * without any of this.
 */
export function LineHandles() {
  const { timeline, jump } = useContext(OpenConversation)!;
  const close = useCallback(() => (handle.value = undefined), []);

  const lineOf = (target: EventTarget | null): { line: Line; element: HTMLElement } | undefined => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-testid=message][data-line]') : null;
    const line = element && timeline.find(Number(element.dataset['line']));
    return line && !isGone(line) ? { line, element } : undefined;
  };

  useEffect(() => {
    let press: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined;
    let wasLong = false;
    const release = () => {
      clearTimeout(press?.timer);
      press = undefined;
    };
    const listeners = {
      contextmenu(event: MouseEvent) {
        const found = lineOf(event.target);
        if (!found || event.shiftKey || (event.target as Element).closest('a, textarea, input') || isSelected(found.element)) return;
        event.preventDefault();
        if (!handle.value) handle.value = { of: 'menu', line: found.line, anchor: anchorAtPoint(event.clientX, event.clientY, found.element) };
      },
      pointerdown(event: PointerEvent) {
        release();
        wasLong = false;
        const found = event.pointerType === 'touch' ? lineOf(event.target) : undefined;
        if (!found) return;
        const { clientX: x, clientY: y } = event;
        const timer = setTimeout(() => {
          wasLong = true;
          handle.value ??= { of: 'menu', line: found.line, anchor: anchorAtPoint(x, y, found.element) };
        }, longPressMs);
        press = { timer, x, y };
      },
      pointermove: ({ clientX, clientY }: PointerEvent) => press && Math.hypot(clientX - press.x, clientY - press.y) > slipPx && release(),
      pointerup: release,
      pointercancel: release,
      // The finger that held a link does not follow it.
      click(event: MouseEvent) {
        if (wasLong) event.preventDefault(), event.stopPropagation();
        wasLong = false;
      },
      keydown(event: KeyboardEvent) {
        const found = lineOf(event.target);
        if (found?.element !== event.target || event.ctrlKey || event.metaKey || event.altKey) return;
        const { line, element } = found!;
        const of = { line, anchor: anchorAt(element.querySelector<HTMLElement>('.bubble') ?? element, element) };
        const opens = event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
        const action = opens ? undefined : actionsFor(line).find(({ keys }) => keys?.toLowerCase() === event.key.toLowerCase());
        if (!opens && !action?.run) return;
        event.preventDefault();
        if (opens) handle.value = { of: 'menu', ...of };
        else action!.run!(of);
      },
    };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener as EventListener, { capture: name === 'click' });
    return () => {
      release();
      close();
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener as EventListener, { capture: name === 'click' });
    };
  }, [timeline]);

  // A link that names a line leads to it as soon as there is something to stand on.
  const wanted = linkedLine.value;
  useLayoutEffect(() => {
    if (wanted === undefined) return;
    const go = () => {
      if (timeline.lines.length === 0) return;
      stop();
      goToChat(selected.value);
      void jump(wanted);
    };
    const stop = timeline.on('change', go);
    go();
    return stop;
  }, [timeline, wanted]);

  const open = handle.value;
  const line = open && timeline.find(open.line.line);
  if (!open || !line || isGone(line)) return null;
  const { anchor } = open;
  const writes = mayWrite(chatOf(keyOf(line)));
  if (open.of === 'emoji') return <EmojiPicker anchor={anchor} onClose={close} onPick={(key) => chosen(anchor, close, () => toggleReaction(line, key))()} />;
  const recall = () => post(keyOf(line), { kind: 'recall', target: line.line, content: {} });
  const mine = reactionsOf(line, me.value?.id).filter((each) => each.mine).map(({ key }) => key);
  return open.of === 'recall' ? (
    <Menu key="recall" label={t.value.recallSure} testId="actions" anchor={anchor} onClose={close}>
      <p class="menu-question">{t.value.recallSure}</p>
      <MenuItem testId="action-recall-yes" danger first onClick={chosen(anchor, close, recall)}>
        <span>{t.value.recallYes}</span>
      </MenuItem>
      <MenuItem testId="action-recall-no" onClick={chosen(anchor, close, () => {})}>
        <span>{t.value.cancel}</span>
      </MenuItem>
    </Menu>
  ) : (
    <Menu key="menu" label={t.value.actions} testId="actions" anchor={anchor} onClose={close}>
      {writes && (
        <div class="menu-row" role="group" aria-label={t.value.reactions}>
          {offered.map((key, index) => (
            <button
              key={key}
              type="button"
              role="menuitemcheckbox"
              class="menu-item"
              tabIndex={-1}
              data-testid="action-react"
              data-key={key}
              data-first={index === 0 || undefined}
              aria-checked={mine.includes(key)}
              aria-label={t.value.react(key)}
              title={t.value.react(key)}
              onClick={chosen(anchor, close, () => toggleReaction(line, key))}
            >
              {key}
            </button>
          ))}
        </div>
      )}
      {actionsFor(line).map(({ name, label, Icon, keys, danger = false, run }, index) => (
        <MenuItem key={name} testId={`action-${name}`} keys={keys} danger={danger} first={!writes && index === 0} onClick={run && chosen(anchor, close, () => run({ line, anchor }))}>
          <Icon />
          <span>{label}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}

// Whoever has selected something wants the browser's own menu.
function isSelected(element: HTMLElement): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}
