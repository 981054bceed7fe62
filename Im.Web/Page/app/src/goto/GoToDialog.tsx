import type { User } from '@im/client';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../settings/language.ts';
import { hasMore, loadMore } from '../state/chats.ts';
import { isMac, opened } from '../shortcuts/shortcuts.ts';
import { useFound } from '../people/useFound.ts';
import { learn } from '../state/cards.ts';
import { client, me } from '../state/im.ts';
import { meet } from '../state/people.ts';
import { chatHref, go } from '../state/route.ts';
import { Avatar, LobbyAvatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { destinations } from './destinations.ts';
import './goto.css';

const maxPages = 5;
const nobody: readonly User[] = [];

/** Goes to any conversation, and to anybody, online or not: a few letters of the name, and Enter. */
export function GoToDialog({ onClose }: { onClose: () => void }) {
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState(0);
  const further = useEverybody();
  const found = useFound(wanted) ?? nobody;
  const list = destinations(wanted, [...further, ...found]);
  const at = Math.min(chosen, list.length - 1);
  const open = (key: string | undefined) => {
    if (key === undefined) return;
    const person = found.find(({ id }) => id === key);
    if (person) meet(person);
    onClose();
    go(chatHref(key));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter') open(list[at]?.key);
    else if (event.key === 'ArrowDown') choose((at + 1) % Math.max(1, list.length));
    else if (event.key === 'ArrowUp') choose((at + list.length - 1) % Math.max(1, list.length));
    else return;
    event.preventDefault();
  };
  const choose = (index: number) => {
    setChosen(index);
    document.getElementById(`goto-${index}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Dialog title={t.value.goTo} onClose={onClose}>
      <div class="field-box">
        <input
          type="text"
          autofocus
          role="combobox"
          data-testid="goto-input"
          value={wanted}
          placeholder={t.value.goToHint}
          aria-label={t.value.goToHint}
          aria-expanded="true"
          aria-controls="goto-list"
          aria-autocomplete="list"
          aria-activedescendant={list.length > 0 ? `goto-${at}` : undefined}
          onInput={(event) => (setWanted(event.currentTarget.value), setChosen(0))}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id="goto-list" class="goto-list" role="listbox" aria-label={t.value.goTo} tabIndex={-1}>
        {list.map(({ key, name, brief, unread, online }, index) => (
          <li key={key} id={`goto-${index}`} role="option" aria-selected={index === at} data-testid="goto-option" data-conversation={key} onClick={() => open(key)}>
            {key === 'lobby' ? <LobbyAvatar /> : <Avatar id={key} nickname={name} online={online} />}
            <span class="goto-text">
              <bdi>{name}</bdi>
              {brief && <span class="quiet"> {brief}</span>}
            </span>
            {unread > 0 && (
              <span class="badge" role="img" aria-label={t.value.unread(unread)}>
                {unread > 99 ? '99+' : unread}
              </span>
            )}
          </li>
        ))}
      </ul>
      {list.length === 0 && (
        <p class="quiet" role="status">
          {t.value.goToNobody}
        </p>
      )}
      <button type="button" class="link-button goto-keys" data-testid="shortcuts-open" aria-keyshortcuts={isMac ? 'Meta+/' : 'Control+/'} onClick={() => (opened.value = 'help')}>
        {t.value.shortcuts} <kbd aria-hidden="true">{isMac ? '⌘/' : 'Ctrl+/'}</kbd>
      </button>
    </Dialog>
  );
}

/** Those whom the online list only counts; and what is on further pages of the list of conversations comes into that. */
function useEverybody(): readonly User[] {
  const [people, setPeople] = useState<readonly User[]>([]);
  useEffect(() => {
    if (!me.value) return;
    void (async () => {
      for (let page = 0; page < maxPages && hasMore.value; page++) await loadMore();
    })().catch(() => {}); // what is not there is not found
    client.people().then(({ users }) => (learn(users), setPeople(users)), () => {});
  }, []);
  return people;
}
