import { AdminTitle, ChatTitle } from './messages/ChatTitle.tsx';
import { NodeBadge } from './node/NodeBadge.tsx';
import { SettingsButtons } from './settings/SettingsButtons.tsx';
import { t } from './settings/language.ts';
import { GoToButton, SearchButton } from './shortcuts/Shortcuts.tsx';
import { demonstration } from './state/im.ts';
import { adminPlace, view, type ChatKey } from './state/route.ts';
import { Logo } from './ui/icons.tsx';
import { onePane } from './ui/widths.ts';
import './bar.css';

/** Above everything: the name, where one is, on which node, and the settings. */
export function Bar({ chat, name, inert }: { chat: ChatKey; name: string; inert: boolean }) {
  return (
    <header class="bar" inert={inert}>
      <a class="skip" href="#composer" onClick={skip}>
        {t.value.skip}
      </a>
      <div class="bar-brand">
        <Logo />
        {onePane.value && view.value === 'list' ? <h1 class="wordmark">Im</h1> : <span class="wordmark">Im</span>}
        <div class="bar-find">
          <SearchButton />
          <GoToButton />
        </div>
      </div>
      {adminPlace.value ? <AdminTitle name={name} /> : <ChatTitle chat={chat} name={name} />}
      <div class="bar-tools">
        {demonstration.value && <NodeBadge />}
        <SettingsButtons />
      </div>
    </header>
  );
}

// The hash names the conversation, so the link moves the focus itself.
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('composer')?.focus();
}
