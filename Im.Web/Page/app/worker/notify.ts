// What tells people of messages: pushes, and what an open page says is to be told. One place shows all of it, so that of several windows and a push one notification comes, and each message tells once.

declare const self: ServiceWorkerGlobalScope;

/** As docs/protocol.md has it. */
interface Told {
  readonly conversation: string;
  readonly kind: 'lobby' | 'direct' | 'room';
  readonly line: number;
  readonly from: { readonly id: string; readonly nickname: string };
  readonly name?: string;
  readonly title?: string;
  readonly text?: string;
}

interface FromPage {
  readonly tell?: Told;
  readonly read?: { readonly conversation: string; readonly line: number };
  readonly forget?: boolean;
}

const words = {
  en: { locale: 'en', lobby: 'Lobby', message: 'New message' },
  zh: { locale: 'zh-CN', lobby: '群聊广场', message: '新消息' },
  zhTW: { locale: 'zh-TW', lobby: '聊天大廳', message: '新訊息' },
};

/** Another device, or another window, may be reading it at this moment. */
const pageWaitMs = 1_500;
const cacheName = 'im.told';
const tagOf = (conversation: string) => `im ${conversation}`;
const read = new Map<string, number>();

/** @param language As in the address of the worker. */
export function listen(language: string): void {
  const said = words[language as keyof typeof words] ?? words.en;
  self.addEventListener('push', (event) => event.waitUntil(show(event.data?.json() as Told, said)));
  self.addEventListener('message', (event) => {
    const { tell, read: seen, forget } = event.data as FromPage;
    if (tell) event.waitUntil(tellSoon(tell, said, event.source));
    if (seen) event.waitUntil(close(seen.conversation, seen.line));
    if (forget) event.waitUntil(forgetAll());
  });
  self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open((event.notification.data as { href: string }).href));
  });
  self.addEventListener('pushsubscriptionchange', (event) => (event as ExtendableEvent).waitUntil(renew(event as PushSubscriptionChangeEvent)));
}

async function tellSoon(told: Told, said: typeof words.en, page: ExtendableMessageEvent['source']): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, pageWaitMs));
  if ((read.get(told.conversation) ?? 0) < told.line && (await show(told, said))) page?.postMessage({ told: true });
}

/** @returns whether it is news. */
async function show(told: Told, said: typeof words.en): Promise<boolean> {
  if (!(await isNews(told))) return false;
  const { conversation, kind, line, from, name: chosen, title, text } = told;
  const name = chosen && chosen !== from.nickname ? `${isolated(chosen)} (@${isolated(from.nickname)})` : isolated(from.nickname);
  const options: NotificationOptions & { renotify: boolean; timestamp: number } = {
    body: text ?? said.message,
    tag: tagOf(conversation),
    renotify: true,
    timestamp: Date.now(),
    lang: said.locale,
    icon: '/icon-192.png',
    data: { line, href: `#/${kind === 'lobby' ? 'lobby' : kind === 'room' ? `r/${conversation}` : `u/${from.id}`}?line=${line}` },
  };
  await self.registration.showNotification(kind === 'direct' ? name : `${name} · ${kind === 'room' ? isolated(title ?? '') : said.lobby}`, options);
  return true;
}

const isolated = (text: string) => `\u2068${text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')}\u2069`;

/** The newest line told of each conversation is kept: this worker ends between two messages. */
const isNews = ({ conversation, line }: Told): Promise<boolean> =>
  navigator.locks.request(cacheName, async () => {
    const cache = await caches.open(cacheName);
    const key = `/told/${conversation}`;
    const before = await cache.match(key);
    if (before && Number(await before.text()) >= line) return false;
    await cache.put(key, new Response(String(line)));
    return true;
  });

async function close(conversation: string, line: number): Promise<void> {
  read.set(conversation, Math.max(line, read.get(conversation) ?? 0));
  for (const shown of await self.registration.getNotifications({ tag: tagOf(conversation) })) if ((shown.data as { line: number }).line <= line) shown.close();
}

async function forgetAll(): Promise<void> {
  read.clear();
  await caches.delete(cacheName);
  for (const shown of await self.registration.getNotifications()) shown.close();
}

async function open(href: string): Promise<void> {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) return void (await self.clients.openWindow(`/${href}`));
  page.postMessage({ open: href });
  await page.focus();
}

/** The browser has another subscription by itself. */
async function renew({ newSubscription, oldSubscription }: PushSubscriptionChangeEvent): Promise<void> {
  const subscription = newSubscription ?? (oldSubscription && (await self.registration.pushManager.subscribe(oldSubscription.options)));
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  if (keys) await fetch('/api/push/subscription', { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Im': '1' }, body: JSON.stringify({ endpoint, keys }) });
}

interface PushSubscriptionChangeEvent extends ExtendableEvent {
  readonly newSubscription: PushSubscription | null;
  readonly oldSubscription: PushSubscription | null;
}
