import { hasVisible } from '@im/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Row } from './Row.tsx';
import type { Talk } from './Talk.ts';
import type { Texts } from './texts.ts';

interface Props {
  readonly talk: Talk;
  readonly texts: Texts;
  readonly tag: string;
  readonly heading: string;
  readonly isBubble: boolean;
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** The panel, and where it is a bubble the button that opens it. */
export function Chat({ talk, texts, tag, heading, isBubble, isOpen, onToggle }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(isOpen);
  const composer = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isBubble && was.current !== isOpen) (isOpen ? composer : button).current?.focus();
    was.current = isOpen;
  }, [isBubble, isOpen]);
  const unread = talk.unread > 0 ? texts.unread(talk.unread) : '';
  return (
    <div lang={tag} class={isBubble ? 'frame is-bubble' : 'frame'} onKeyDown={(event) => isBubble && event.key === 'Escape' && !event.isComposing && onToggle(false)}>
      {isOpen && (
        <section class="panel" part="panel" aria-label={heading}>
          <header class="header" part="header">
            <h2 class="heading">{heading}</h2>
            {isBubble && (
              <button type="button" class="close" part="close" aria-label={texts.close} onClick={() => onToggle(false)}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8m0-8l-8 8" /></svg>
              </button>
            )}
          </header>
          <Status talk={talk} texts={texts} />
          <Messages talk={talk} texts={texts} tag={tag} />
          {talk.phase === 'open' && <Composer talk={talk} texts={texts} field={composer} />}
        </section>
      )}
      {isBubble && !isOpen && (
        <button ref={button} type="button" class="bubble" part="bubble" aria-label={[texts.open, unread].filter(Boolean).join(', ')} onClick={() => onToggle(true)}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H10l-4 4v-4H4z" /></svg>
          {talk.unread > 0 && <span class="badge" part="badge" aria-hidden="true">{talk.unread > 99 ? '99+' : talk.unread}</span>}
        </button>
      )}
      {isBubble && <span class="hidden" role="status">{isOpen ? '' : unread}</span>}
    </div>
  );
}

function Status({ talk, texts }: { talk: Talk; texts: Texts }) {
  const text = statusText(talk, texts);
  const mayAsk = talk.phase === 'ended' || talk.phase === 'none' || talk.phase === 'failed';
  return (
    <p class={text ? 'status' : 'hidden'} part="status" role="status" data-phase={talk.phase} data-connected={talk.isConnected}>
      {text}
      {mayAsk && (
        <button type="button" class="link" part="retry" onClick={() => void talk.start()}>
          {texts.retry}
        </button>
      )}
    </p>
  );
}

function statusText({ phase, isConnected, wasConnected }: Talk, texts: Texts): string {
  if (phase === 'none') return texts.noToken;
  if (phase === 'failed') return texts.failed;
  if (phase === 'ended') return texts.ended;
  return isConnected ? '' : wasConnected ? texts.reconnecting : texts.connecting;
}

const goesOnMs = 5 * 60_000;
const nearPx = 40;

function Messages({ talk, texts, tag }: { talk: Talk; texts: Texts; tag: string }) {
  const list = useRef<HTMLDivElement>(null);
  const shown = useRef({ first: 0, height: 0, isAtEnd: true });
  const [isLoading, setLoading] = useState(false);
  const { lines } = talk;
  const format = new Intl.DateTimeFormat(tag, { timeStyle: 'short' });
  const formatDay = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' });
  const today = new Date().toDateString();
  const time = (at: number) => (new Date(at).toDateString() === today ? format : formatDay).format(at);
  // Who reads what is older stays there; who is at the end stays at the end.
  useLayoutEffect(() => {
    const element = list.current!;
    const before = shown.current;
    const first = lines[0]?.line ?? 0;
    if (before.isAtEnd) element.scrollTop = element.scrollHeight;
    else if (first < before.first) element.scrollTop += element.scrollHeight - before.height;
    shown.current = { first, height: element.scrollHeight, isAtEnd: isAtEnd(element) };
  });
  const older = async () => {
    setLoading(true);
    await talk.older();
    setLoading(false);
  };
  const scrolled = (element: HTMLDivElement) => {
    shown.current.isAtEnd = isAtEnd(element);
    if (element.scrollTop < nearPx && talk.timeline?.hasOlder && lines.length > 0 && !isLoading) void older();
  };
  const hasOlder = lines.length > 0 && talk.timeline?.hasOlder === true;
  return (
    <div ref={list} class="messages" part="messages" role="log" aria-label={texts.messages} tabIndex={0} aria-busy={isLoading} onScroll={(event) => scrolled(event.currentTarget)}>
      {hasOlder && (
        <button type="button" class="link older" part="older" disabled={isLoading} onClick={() => void older()}>
          {texts.older}
        </button>
      )}
      {talk.isConnected && lines.length === 0 && talk.pending.length === 0 && talk.timeline?.hasOlder === false && <p class="empty">{texts.empty}</p>}
      <ol class="lines">
        {lines.map((line, index) => {
          const before = lines[index - 1];
          const goesOn = before !== undefined && before.kind !== 'member' && before.kind !== 'title' && before.from.id === line.from.id && line.at - before.at < goesOnMs;
          return <Row key={line.line} line={line} isOwn={line.from.id === talk.me?.id} goesOn={goesOn} texts={texts} time={time} />;
        })}
        {talk.pending
          .filter(({ id }) => !lines.some((line) => line.id === id && line.from.id === talk.me?.id))
          .map(({ id, text }) => (
            <li key={id} class="row own is-pending" part="message own pending">
              <p class="text" part="text" dir="auto">{text}</p>
              <p class="head"><span class="time">{texts.sending}</span></p>
            </li>
          ))}
      </ol>
    </div>
  );
}

const isAtEnd = (element: HTMLElement): boolean => element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;

const maxChars = 10_000;

function Composer({ talk, texts, field }: { talk: Talk; texts: Texts; field: { current: HTMLTextAreaElement | null } }) {
  const [text, setText] = useState('');
  const send = () => {
    if (!hasVisible(text)) return;
    talk.send(text);
    setText('');
    field.current?.focus();
  };
  const refused = talk.refused;
  return (
    <form
      class="composer"
      part="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {refused !== undefined && <p class="refused" role="alert">{refused === 'muted' ? texts.muted : refused === 'slow_down' ? texts.tooFast : texts.notSent}</p>}
      <textarea
        ref={field}
        class="input"
        part="input"
        rows={1}
        dir="auto"
        maxLength={maxChars}
        aria-label={texts.write}
        placeholder={texts.write}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          if (event.currentTarget.value) talk.typing();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send" part="send" disabled={!hasVisible(text)}>
        {texts.send}
      </button>
    </form>
  );
}
