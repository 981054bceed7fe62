import { computed, effect, signal } from '@preact/signals';
import { store, stored } from '../settings/stored.ts';
import { listKnown } from '../state/chats.ts';
import { client, me } from '../state/im.ts';

// Whose notifications this browser shows: whoever logs in next has not asked for any.
const ownerKey = 'im.notifications';
const owner = signal(stored('local', ownerKey));

export const canNotify = 'Notification' in globalThis && 'serviceWorker' in navigator;
export const permission = signal<NotificationPermission>(canNotify ? Notification.permission : 'denied');
export const isOn = computed(() => Boolean(me.value) && owner.value === me.value?.id && permission.value === 'granted');

/** Whether this browser is pushed to; undefined while that is not known. */
export const isPushed = signal<boolean | undefined>(undefined);

/** One thing after the other, whatever becomes of it. */
let work: Promise<unknown> = Promise.resolve();
const inTurn = <Result>(deed: () => Promise<Result>): Promise<Result> => {
  const done = work.then(deed);
  work = done.catch(() => {});
  return done;
};

export const registered = (): Promise<ServiceWorkerRegistration | undefined> => navigator.serviceWorker?.getRegistration() ?? Promise.resolve(undefined);

/** Asks the person, once; to be called when they press something. */
export async function turnOn(): Promise<void> {
  permission.value = await Notification.requestPermission();
  if (permission.value === 'granted' && me.value) own(me.value.id);
}

export async function turnOff(): Promise<void> {
  own(null);
  await inTurn(forget);
  await client.http.notifications.unsubscribe();
}

function own(id: string | null): void {
  owner.value = id;
  store('local', ownerKey, id);
}

// With each login, as the subscription is the session's, and with each visit, as browsers end one without a word.
effect(() => {
  if (isOn.value && listKnown.value) void inTurn(subscribe).then((pushed) => (isPushed.value = pushed), () => (isPushed.value = false));
});

async function subscribe(): Promise<boolean> {
  const registration = await registered();
  if (!registration?.pushManager || !isOn.peek()) return false;
  const key = await client.http.notifications.pushKey();
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && keyOf(subscription) !== key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  // Fails where the maker of the browser cannot be reached.
  subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await client.http.notifications.subscribe(subscription.toJSON());
  return true;
}

const keyOf = ({ options }: PushSubscription): string =>
  btoa(String.fromCharCode(...new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function forget(): Promise<void> {
  isPushed.value = undefined;
  const registration = await registered();
  registration?.active?.postMessage({ forget: true });
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

// The server has ended it with the login.
client.on('loggedOut', () => void inTurn(forget).catch(() => {}));
