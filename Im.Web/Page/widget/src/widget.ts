import { h, render } from 'preact';
import { Chat } from './Chat.tsx';
import { Talk, type GetToken } from './Talk.ts';
import { textsOf } from './texts.ts';
import css from './widget.css?inline';

/** Where this script came from is where Im is served; a module script has to say it with `server`. */
const scriptOrigin = document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src).origin : undefined;

// Not a style element: the policy of the page around need not allow inline styles.
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/**
 * `<im-chat>`. Attributes: `server`, `token-url` (asked with POST and the site's own cookies, answers `{"token"}`), `heading`, `mode` (`bubble`), `theme` (`light`, `dark`), `lang`.
 * Instead of `token-url` the property `getToken`. Tells `im-state` and `im-unread`.
 */
class ImChat extends HTMLElement {
  static readonly observedAttributes = ['server', 'token-url', 'heading', 'mode', 'lang'];

  readonly #root: ShadowRoot;
  #getToken: GetToken | undefined;
  #talk: Talk | undefined;
  #isOpen = false;
  #told = '';
  readonly #look = () => this.#talk?.look(this.#isShown() && document.visibilityState === 'visible');

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    this.#root.adoptedStyleSheets = [sheet];
  }

  /** Gives the page's token, again and again: each is good once. */
  get getToken(): GetToken | undefined {
    return this.#getToken;
  }

  set getToken(getToken: GetToken | undefined) {
    this.#getToken = getToken;
    if (this.isConnected) this.restart();
  }

  get open(): boolean {
    return this.#isShown();
  }

  set open(open: boolean) {
    this.#isOpen = open;
    this.#draw();
    this.#look();
  }

  get unread(): number {
    return this.#talk?.unread ?? 0;
  }

  connectedCallback(): void {
    // A property that was set before the element was known.
    if (Object.hasOwn(this, 'getToken')) {
      const early = this.getToken;
      delete (this as { getToken?: GetToken }).getToken;
      this.#getToken = early;
    }
    document.addEventListener('visibilitychange', this.#look);
    addEventListener('online', this.#look);
    this.restart();
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.#look);
    removeEventListener('online', this.#look);
    this.#talk?.stop();
    this.#talk = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return;
    if (name === 'server' || name === 'token-url') this.restart();
    else {
      this.#draw();
      this.#look();
    }
  }

  /** Asks for a token and begins anew: after a login or logout at the site. */
  restart(): void {
    this.#talk?.stop();
    this.#talk = undefined;
    const server = this.getAttribute('server') ?? scriptOrigin;
    const getToken = this.#getToken ?? this.#fromAddress();
    if (server && getToken) {
      const talk = new Talk(new URL(server, location.href).origin, getToken, () => talk === this.#talk && this.#draw());
      this.#talk = talk;
      void talk.start();
      this.#look();
    }
    this.#draw();
  }

  #fromAddress(): GetToken | undefined {
    const address = this.getAttribute('token-url');
    if (address === null) return undefined;
    return async () => {
      const response = await fetch(address, { method: 'POST', headers: { Accept: 'application/json' }, credentials: 'same-origin' });
      if (response.status === 401 || response.status === 403) return null;
      if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
      return ((await response.json()) as { token?: string }).token;
    };
  }

  #isShown(): boolean {
    return this.#isOpen || this.getAttribute('mode') !== 'bubble';
  }

  #draw(): void {
    const talk = this.#talk;
    if (!talk) return render(null, this.#root);
    const { tag, texts } = textsOf(this.closest<HTMLElement>('[lang]')?.lang || navigator.language);
    const onToggle = (open: boolean) => (this.open = open);
    render(
      h(Chat, { talk, texts, tag, heading: this.getAttribute('heading') ?? texts.chat, isBubble: this.getAttribute('mode') === 'bubble', isOpen: this.#isShown(), onToggle }),
      this.#root,
    );
    const state = talk.phase === 'open' ? (talk.isConnected ? 'ready' : 'connecting') : talk.phase;
    const told = `${state} ${talk.unread}`;
    if (told === this.#told) return;
    this.#told = told;
    this.dispatchEvent(new CustomEvent('im-state', { detail: { state } }));
    this.dispatchEvent(new CustomEvent('im-unread', { detail: { count: talk.unread } }));
  }
}

if (!customElements.get('im-chat')) customElements.define('im-chat', ImChat);
