import { hasVisible, textOf } from '@im/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dialog } from '../account/dialogs.ts';
import { EmojiButton } from '../emoji/EmojiButton.tsx';
import { AttachButton } from '../files/AttachButton.tsx';
import { Attachments } from '../files/Attachments.tsx';
import { attach, attachmentsOf, release } from '../files/attachments.ts';
import { beginnings, previewOf } from '../kinds/kinds.ts';
import { t } from '../settings/language.ts';
import { addresseeOf } from '../state/addressee.ts';
import { composing } from '../state/composing.ts';
import { draftOf, keepDraft } from '../state/drafts.ts';
import { client } from '../state/im.ts';
import { post } from '../state/outgoing.ts';
import type { ChatKey } from '../state/route.ts';
import { typing } from '../state/typing.ts';
import { CloseIcon, SendIcon } from '../ui/icons.tsx';
import { FormatHelp } from './FormatHelp.tsx';
import { marked, marksOfKey } from './marking.ts';
import { nameOf } from '../ui/names.ts';
import { mentionsIn } from './mentions.ts';
import { MentionList } from './MentionList.tsx';
import { useMentions } from './useMentions.ts';
import './composer.css';

const defaultMaxChars = 10_000;
const maxCaptionChars = 2_000;
const warnWithin = 400;
/** The field grows with its text by the style sheet: where the browser cannot measure it, a mirror of the text beneath does. */
const mirrors = !CSS.supports('field-sizing', 'content');

/** Its keyboard has no other key for a new line. */
const isTouch = () => matchMedia('(hover: none) and (pointer: coarse)').matches;

/** Where one writes; a guest finds the way in instead. Mounted anew for each conversation and user, whose draft it keeps. */
export function Composer({ chat, name }: { chat: ChatKey; name: string }) {
  const kept = draftOf(chat);
  const [text, setText] = useState(kept);
  const field = useRef<HTMLTextAreaElement>(null);
  const context = composing.value;
  const editing = context?.mode === 'edit' ? context.line : undefined;
  const files = editing ? [] : attachmentsOf(chat);
  const left = (files.length > 0 ? maxCaptionChars : (client.limits?.textChars ?? defaultMaxChars)) - text.length;
  const sendable = left >= 0 && (files.length > 0 ? files.every(({ state }) => state === 'ready') : hasVisible(text));
  const touch = isTouch();

  // On a phone a keyboard would spring up and hide what one came to read.
  const open = dialog.value;
  const focus = () => matchMedia('(hover: hover)').matches && !open && field.current!.focus();
  useEffect(() => void focus(), []);
  useEffect(() => void (document.activeElement === document.body && focus()), [open]);

  const [begun, setBegun] = useState<(typeof beginnings)[number]>();
  const [helps, setHelps] = useState(false);
  useLayoutEffect(() => {
    if (editing) setText(textOf(editing));
    if (context) field.current!.focus();
  }, [context]);

  // Written in another tab: it is taken over, unless somebody is writing in this one.
  useEffect(() => {
    const writesHere = document.hasFocus() && document.activeElement === field.current;
    if (!editing && !writesHere) setText(kept);
  }, [kept]);

  const write = (value: string) => {
    setText(value);
    if (!editing) keepDraft(chat, value);
    if (hasVisible(value)) client.typing(addresseeOf(chat));
  };
  const send = () => {
    if (!sendable) return;
    if (editing) {
      const { mentions } = mentionsIn(text, chat);
      if (text !== textOf(editing)) post(chat, { kind: 'edit', target: editing.line, content: { text, ...(mentions && { mentions }) } });
      return leave();
    }
    if (files.length > 0) {
      // What is written is said of the first one.
      files.forEach(({ content }, index) =>
        post(chat, { kind: 'file', ...(context && index === 0 && { target: context.line.line }), content: { ...content!, ...(index === 0 && hasVisible(text) && { caption: text }) } }),
      );
      release(files);
    } else post(chat, { kind: 'text', ...(context && { target: context.line.line }), content: { text, ...mentionsIn(text, chat) } });
    composing.value = undefined;
    write('');
    field.current!.focus();
  };
  // What was being written before is there again.
  const leave = () => {
    if (editing) setText(draftOf(chat));
    composing.value = undefined;
    field.current!.focus();
  };
  const putIn = (emoji: string) => {
    const element = field.current!;
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, 'end');
    write(element.value);
    element.focus();
  };
  const suggestions = useMentions(chat, field, write);
  const mark = (marks: string) => {
    const { value, selectionStart, selectionEnd } = field.current!;
    const { from, to, insert, selectFrom, selectTo } = marked(value, selectionStart, selectionEnd, marks);
    field.current!.setSelectionRange(from, to);
    document.execCommand('insertText', false, insert); // the one way that the browser can undo
    field.current!.setSelectionRange(selectFrom, selectTo);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (suggestions.takesKey(event)) return;
    if (event.key === 'Escape' && context) return leave();
    const withControl = event.ctrlKey || event.metaKey;
    const marks = withControl && !event.shiftKey && !event.altKey && marksOfKey[event.key.toLowerCase()];
    // Enter that ends an input method's composition chooses a word; 229 is how some browsers say so.
    const sends = event.key === 'Enter' && (withControl || (!event.shiftKey && !touch)) && !event.isComposing && event.keyCode !== 229;
    if (!marks && !sends) return;
    event.preventDefault();
    if (marks) mark(marks);
    else send();
  };

  return (
    <>
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TypingLine chat={chat} />
        {context && (
          <p class="composer-context" data-testid="composer-context" data-mode={context.mode}>
            <strong>{editing ? t.value.editing : t.value.replyingTo(nameOf(context.line.from))}</strong>
            <span class="quiet" dir="auto">
              {previewOf(context.line)}
            </span>
            <button type="button" class="icon-button" aria-label={t.value.cancel} title={t.value.cancel} data-testid="composer-cancel" onClick={leave}>
              <CloseIcon />
            </button>
          </p>
        )}
        {!editing && <Attachments list={files} />}
        <MentionList suggestions={suggestions} />
        {/* A press on a button leaves the focus where it is: with it the hint below would come or go on a phone, and the button move away from under the finger. */}
        <div class="composer-box" onMouseDown={(event) => (event.target as Element).closest('button') && event.preventDefault()}>
          {!editing && <AttachButton chat={chat} onAttach={focus} />}
          {!editing &&
            beginnings.map((one) => (
              <button key={one.kind} type="button" class="icon-button composer-begin" data-testid={`${one.kind}-open`} aria-label={one.title()} title={one.title()} onClick={() => setBegun(one)}>
                <one.Icon />
              </button>
            ))}
          <EmojiButton onPick={putIn} />
          <div class="composer-field" data-text={mirrors ? text : undefined}>
            <textarea
              ref={field}
              id="composer"
              data-testid="composer"
              rows={1}
              dir="auto"
              value={text}
              placeholder={chat === 'lobby' ? t.value.placeholderLobby : t.value.placeholder(name)}
              aria-label={t.value.messageTo(name)}
              aria-describedby="composer-hint"
              enterkeyhint={touch ? 'enter' : 'send'}
              aria-haspopup="listbox"
              aria-autocomplete="list"
              aria-controls={suggestions.list.length > 0 ? 'mention-list' : undefined}
              aria-activedescendant={suggestions.list.length > 0 ? `mention-${suggestions.chosen}` : undefined}
              onInput={(event) => (write(event.currentTarget.value), suggestions.look())}
              onKeyUp={(event) => /^(Arrow(Left|Right)|Home|End)$/.test(event.key) && suggestions.look()}
              onClick={suggestions.look}
              onBlur={suggestions.close}
              onPaste={(event) => {
                const pasted = event.clipboardData;
                if (editing || !pasted?.files.length || pasted.types.includes('text/plain')) return; // office programs bring a picture of the text, too
                event.preventDefault();
                attach(chat, pasted.files);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <button type="submit" class="send" data-testid="send" aria-label={t.value.send} title={t.value.send} disabled={!sendable}>
            <SendIcon />
          </button>
        </div>
        <p class="composer-hint quiet">
          {left < warnWithin && (
            <span class={left < 0 ? 'composer-left is-over' : 'composer-left'} role="status">
              {left < 0 && files.length > 0 ? t.value.captionTooLong : left < 0 ? t.value.charactersOver(-left) : t.value.charactersLeft(left)}
            </span>
          )}
          <span id="composer-hint">{touch ? t.value.sendHintTouch : t.value.sendHint}</span>
          <button type="button" class="link-button" data-testid="format-help-open" onMouseDown={(event) => event.preventDefault() /* the focus stays, and with it this line */} onClick={() => setHelps(true)}>
            {t.value.formatting}
          </button>
        </p>
      </form>
      {helps && <FormatHelp onClose={() => setHelps(false)} />}
      {begun && <begun.Dialog chat={chat} onClose={() => setBegun(undefined)} />}
    </>
  );
}

/** In the composer's place until it is known who we are. */
export function ComposerSkeleton() {
  return (
    <div id="composer" class="composer" aria-hidden="true">
      <span class="skeleton composer-skeleton" />
    </div>
  );
}

/** In the composer's place for somebody who only reads. */
export function GuestPrompt() {
  return (
    <div class="composer guest-prompt" data-testid="guest-prompt">
      <p>{t.value.guestPrompt}</p>
      <button type="button" id="composer" class="button" data-testid="guest-join" onClick={() => (dialog.value = 'login')}>
        {t.value.join}
      </button>
    </div>
  );
}

function TypingLine({ chat }: { chat: ChatKey }) {
  const names = (typing.value.get(chat) ?? []).map(nameOf);
  return (
    <p class="typing" data-testid="typing" data-active={names.length > 0}>
      {names.length > 0 && (
        <>
          <span class="typing-dots" aria-hidden="true"><i /><i /><i /></span>
          {t.value.typing(names)}
        </>
      )}
    </p>
  );
}
