import type { ComponentChildren } from 'preact';
import { t } from '../settings/language.ts';
import { me } from '../state/im.ts';
import { meet, met } from '../state/people.ts';
import { chatHref, go, selected } from '../state/route.ts';
import { isDeleted, nameOf } from '../ui/names.ts';

/** The name or picture of whoever wrote something: it opens the chat with them, online or not. No Tab stop: there are many, and the lists beside have them. */
export function Author({ id, nickname, children }: { id: string; nickname: string; children: ComponentChildren }) {
  if (isDeleted({ nickname }) || id === me.value?.id || id === selected.value) return <>{children}</>;
  const open = (event: Event) => {
    event.preventDefault();
    if (me.value && !met.value.get(id)) meet({ id, nickname, brief: '' });
    go(chatHref(id));
  };
  return (
    <a class="author" href={chatHref(id)} tabIndex={-1} title={t.value.writeTo(nameOf({ id, nickname }))} data-testid="author" data-user={id} onClick={open}>
      {children}
    </a>
  );
}
