import { hasVisible } from '@im/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dialog } from '../account/dialogs.ts';
import { t } from '../settings/language.ts';
import { store, stored } from '../settings/stored.ts';
import { addresseeOf } from '../state/addressee.ts';
import { client, me } from '../state/im.ts';
import { sendMessage } from '../state/outgoing.ts';
import type { ChatKey } from '../state/route.ts';
import { typing } from '../state/typing.ts';
import { SendIcon } from '../ui/icons.tsx';
import './composer.css';

const maxChars = 4_000;
const warnChars = 3_600;

/** Where one writes; a guest finds the way in instead. Mounted anew for each conversation and user, whose draft it keeps. */
export function Composer({ chat, name }: { chat: ChatKey; name: string }) {
  const draftKey = `im.draft ${me.value?.id} ${chat}`;
  const [text, setText] = useState(() => stored('session', draftKey) ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const left = maxChars - text.length;
  const sendable = hasVisible(text) && left >= 0;

  useLayoutEffect(() => {
    const element = field.current!;
    element.style.height = '0';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  // On a phone a keyboard would spring up and hide what one came to read.
  const open = dialog.value;
  const focus = () => matchMedia('(hover: hover)').matches && !open && field.current!.focus();
  useEffect(() => void focus(), []);
  useEffect(() => void (document.activeElement === document.body && focus()), [open]);

  const write = (value: string) => {
    setText(value);
    store('session', draftKey, value || null);
    if (hasVisible(value)) client.typing(addresseeOf(chat));
  };
  const send = () => {
    if (!sendable) return;
    sendMessage(chat, text);
    write('');
    field.current!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends an input method's composition chooses a word; 229 is how some browsers say so.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TypingLine chat={chat} />
      <div class="composer-box">
        <textarea
          ref={field}
          id="composer"
          data-testid="composer"
          rows={1}
          dir="auto"
          value={text}
          placeholder={chat === 'lobby' ? t.value.placeholderLobby : t.value.placeholder(name)}
          aria-label={`${t.value.message}: ${name}`}
          aria-describedby="composer-hint"
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {text.length > warnChars && (
          <span class={left < 0 ? 'composer-left is-over' : 'composer-left quiet'} role="status">
            {t.value.charactersLeft(left)}
          </span>
        )}
        <button type="submit" class="send" data-testid="send" aria-label={t.value.send} title={t.value.send} disabled={!sendable}>
          <SendIcon />
        </button>
      </div>
      <p id="composer-hint" class="composer-hint quiet">
        {t.value.sendHint}
      </p>
    </form>
  );
}

/** In the composer's place until it is known who we are. */
export function ComposerSkeleton() {
  return (
    <div class="composer" aria-hidden="true">
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
  const names = typing.value.get(chat) ?? [];
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
