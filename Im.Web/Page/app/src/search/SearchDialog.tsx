import type { SearchHit, SearchWanted } from '@im/client';
import { effect, signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { usePages } from '../rooms/usePages.ts';
import { t } from '../settings/language.ts';
import { isRoomKey, keyOfConversation, roomOf } from '../state/addressee.ts';
import { chatList, chatOf, personOf } from '../state/chats.ts';
import { client, me, presence } from '../state/im.ts';
import { chatHref, selected, type ChatKey } from '../state/route.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Name } from '../ui/Name.tsx';
import { nameOf } from '../ui/names.ts';
import { useRoving } from '../ui/roving.ts';
import { exactText, momentText } from '../ui/times.ts';
import { snippetOf } from './snippet.ts';
import './search.css';

const waitMs = 300;

interface Wanted {
  readonly words: string;
  readonly where: ChatKey | '';
  readonly who: string;
  readonly since: string;
  readonly until: string;
  readonly has: '' | 'link' | 'file';
}

const nothing: Wanted = { words: '', where: '', who: '', since: '', until: '', has: '' };

/** What was looked for last: who has gone to a result finds the others again, and nobody else who logs in. */
const wanted = signal(nothing);
effect(() => {
  if (me.value?.id !== undefined) wanted.value = nothing;
});

interface Found {
  readonly hit: SearchHit;
  readonly where: string;
  readonly href: string;
}

/** Finds messages in all one's conversations, by words, place, person and time. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const { words, where, who, since, until, has } = wanted.value;
  const [now, setNow] = useState(wanted.value);
  useEffect(() => {
    const timer = setTimeout(() => setNow(wanted.value), waitMs);
    return () => clearTimeout(timer);
  }, [wanted.value]);
  const set = (change: Partial<Wanted>) => (wanted.value = { ...wanted.value, ...change });
  const isAsked = now.words.trim() !== '' || now.who !== '' || now.has !== '';
  const { items, failed, more, reload } = usePages((after) => (isAsked ? read(now, after) : Promise.resolve({ items: [] })), JSON.stringify(now));
  const roving = useRoving<HTMLOListElement>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <Dialog title={t.value.search} onClose={onClose}>
      <form role="search" class="search-form" onSubmit={(event) => (event.preventDefault(), setNow(wanted.value))}>
        <div class="field-box">
          <input
            ref={field}
            type="search"
            autofocus
            data-testid="search-input"
            maxLength={200}
            value={words}
            placeholder={t.value.searchHint}
            aria-label={t.value.searchHint}
            aria-controls="search-results"
            onInput={(event) => set({ words: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown' || event.isComposing) return;
              event.preventDefault();
              roving.ref.current?.querySelector('a')?.focus();
            }}
          />
        </div>
        <div class="search-filters">
          <label>
            {t.value.searchWhere}
            <select data-testid="search-where" value={where} onChange={(event) => set({ where: event.currentTarget.value })}>
              <option value="">{t.value.searchEverywhere}</option>
              {places().map(({ key, name }) => (
                <option key={key} value={key}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            {t.value.searchWho}
            <select data-testid="search-who" value={who} onChange={(event) => set({ who: event.currentTarget.value })}>
              <option value="">{t.value.searchAnybody}</option>
              {people().map(({ id, nickname }) => (
                <option key={id} value={id}>{nickname}</option>
              ))}
            </select>
          </label>
          <label>
            {t.value.searchSince}
            <input type="date" data-testid="search-since" value={since} onInput={(event) => set({ since: event.currentTarget.value })} />
          </label>
          <label>
            {t.value.searchUntil}
            <input type="date" data-testid="search-until" value={until} onInput={(event) => set({ until: event.currentTarget.value })} />
          </label>
          {(['link', 'file'] as const).map((what) => (
            <label key={what} class="search-has">
              <input type="checkbox" data-testid={`search-${what}`} checked={has === what} onChange={(event) => set({ has: event.currentTarget.checked ? what : '' })} />
              {t.value.searchHas[what]}
            </label>
          ))}
        </div>
      </form>
      <div id="search-results" aria-busy={isAsked && items === undefined} data-testid="search-results" data-count={isAsked && now === wanted.value ? items?.length : undefined}>
        <p class="quiet search-said" role="status">
          {failed ? '' : !isAsked ? t.value.searchEmpty : items?.length === 0 ? (more ? '' : t.value.searchNone) : ''}
        </p>
        {failed && (
          <p class="field-error" role="alert" data-testid="search-error">
            {t.value.searchFailed} <button type="button" class="link-button" onClick={() => void reload()}>{t.value.retry}</button>
          </p>
        )}
        <ol class="search-list" aria-label={t.value.searchResults} {...roving}>
          {isAsked && items?.map((found) => <Result key={`${found.hit.conversation} ${found.hit.line}`} {...found} />)}
        </ol>
        {isAsked && more && (
          <button type="button" class="link-button" data-testid="search-more" onClick={more}>
            {t.value.searchMore}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Result({ hit, where, href }: Found) {
  return (
    <li>
      <a class="search-hit" href={href} data-testid="search-hit" data-line={hit.line} data-name={hit.from.nickname}>
        <Avatar id={hit.from.id} nickname={hit.from.nickname} size="s" />
        <span class="search-text">
          <span class="search-head">
            <span class="search-name"><Name id={hit.from.id} nickname={hit.from.nickname} /></span>
            <bdi class="quiet search-place">{where}</bdi>
            <time class="quiet" title={exactText(hit.at)}>{momentText(hit.at)}</time>
          </span>
          <bdi class="search-words">
            {snippetOf(hit.text, hit.matches).map(({ text, isMatch }, index) => (isMatch ? <mark key={index}>{text}</mark> : text))}
          </bdi>
        </span>
      </a>
    </li>
  );
}

async function read({ words, where, who, since, until, has }: Wanted, after?: string): Promise<{ items: readonly Found[]; next?: string | undefined }> {
  const asked: SearchWanted = {
    q: words.trim(),
    ...(where ? { conversation: conversationOf(where) } : {}),
    ...(who ? { from: who } : {}),
    ...(since ? { since: dayOf(since) } : {}),
    ...(until ? { until: dayOf(until, 1) } : {}),
    ...(has ? { has } : {}),
  };
  const { hits, conversations, next } = await client.http.search(asked, after);
  const known = new Map(conversations.map((each) => [each.conversation, each]));
  return {
    items: hits.map((hit) => {
      const conversation = known.get(hit.conversation);
      return {
        hit,
        where: conversation?.kind === 'room' ? (conversation.title ?? '') : conversation?.peer ? nameOf(conversation.peer) : t.value.lobby,
        href: chatHref(keyOfConversation(hit.conversation, conversation?.peer?.id), hit.line),
      };
    }),
    next,
  };
}

/** Conversations by name, the open one first. */
function places(): readonly { key: ChatKey; name: string }[] {
  return chatList.value
    .map(({ key }) => ({ key, name: key === 'lobby' ? t.value.lobby : nameOf(personOf(key) ?? { nickname: '' }) }))
    .filter(({ key, name }) => name && (key === 'lobby' || isRoomKey(key) || chatOf(key).last))
    .sort((a, b) => Number(b.key === selected.value) - Number(a.key === selected.value));
}

/** Oneself, those one talks with, and who is online. */
function people(): readonly { id: string; nickname: string }[] {
  const all = new Map<string, string>();
  if (me.value) all.set(me.value.id, nameOf(me.value));
  for (const { key } of chatList.value) {
    const person = key === 'lobby' || isRoomKey(key) ? undefined : personOf(key);
    if (person) all.set(key, nameOf(person));
  }
  for (const user of presence.value.users) all.set(user.id, nameOf(user));
  return [...all].map(([id, nickname]) => ({ id, nickname }));
}

/** A direct conversation's own id is in its newest line. */
function conversationOf(key: ChatKey): string {
  return key === 'lobby' ? key : isRoomKey(key) ? roomOf(key) : (chatOf(key).last?.conversation ?? '');
}

/** Where the day begins, for the reader; so many days later. */
function dayOf(date: string, later = 0): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, day + later).getTime();
}
