import { t } from '../settings/language.ts';
import { Avatar, LobbyAvatar } from '../ui/Avatar.tsx';
import { Name } from '../ui/Name.tsx';
import type { Suggestions } from './useMentions.ts';
import './mentions.css';

/** Above the composer: who may be meant. The focus stays in the field, which says what is chosen; that there is something to choose is read out. */
export function MentionList({ suggestions: { list, chosen, pick } }: { suggestions: Suggestions }) {
  return (
    <>
      <p class="visually-hidden" role="status">
        {list.length > 0 && t.value.suggestions(list.length)}
      </p>
      {list.length > 0 && (
        <ul class="mention-list" id="mention-list" role="listbox" aria-label={t.value.mentionList} data-testid="mention-list">
          {list.map((person, index) => (
            <li
              key={person.id ?? 'all'}
              id={`mention-${index}`}
              class="mention-option"
              role="option"
              aria-selected={index === chosen}
              data-testid="mention-option"
              onMouseDown={(event) => event.preventDefault() /* the focus stays */}
              onClick={() => pick(person)}
            >
              {person.id ? <Avatar id={person.id} nickname={person.nickname} size="s" /> : <LobbyAvatar />}
              {person.id ? <span><Name id={person.id} nickname={person.nickname} /></span> : <bdi>{person.nickname}</bdi>}
              {!person.id && <span class="quiet">{t.value.everybody}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
