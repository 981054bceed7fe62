import { isSystem, mentions, type Line, type NotificationSettings, type PushNotification } from '@im/client';
import { effect, signal } from '@preact/signals';
import { previewOf } from '../kinds/kinds.ts';
import { isRoomKey, keyOfTimeline } from '../state/addressee.ts';
import { blocked } from '../state/blocked.ts';
import { chatOf, isRequest, keyOf, levelOf, listKnown } from '../state/chats.ts';
import { client, me } from '../state/im.ts';
import { go, selected, type ChatKey } from '../state/route.ts';
import { displayNameOf } from '../ui/names.ts';
import { isQuiet } from './quiet.ts';
import { hasSound, play } from './sound.ts';
import { isOn, registered } from './subscription.ts';

/** Of what the user wants to be told, on all devices. */
export const settings = signal<NotificationSettings>({ text: true });

const read = () => void client.http.notifications.settings().then((now) => (settings.value = now), () => {}); // the next connection asks again
effect(() => {
  if (isOn.value && listKnown.value) read();
});
client.on('settings', ({ conversation }) => conversation === undefined && read());

const isLooking = (key: ChatKey): boolean => key === selected.value && document.visibilityState === 'visible' && document.hasFocus();

// The worker shows it: of several windows one, and of a push and a window one.
const say = (message: object) => void registered().then((registration) => registration?.active?.postMessage(message), () => {});

client.on('event', ({ event, line }) => {
  if (event.line === undefined || !line || !isOn.peek()) return;
  if (event.from.id === me.value?.id) say({ read: { conversation: event.conversation, line: event.line } });
  else if (line.via && isToBeTold(line)) say({ tell: notificationOf(line) });
});

client.on('read', ({ timeline, line }) => {
  const conversation = chatOf(keyOfTimeline(timeline)).id;
  if (conversation !== undefined && isOn.peek()) say({ read: { conversation, line } });
});

function isToBeTold(line: Line): boolean {
  const key = keyOf(line);
  const chat = chatOf(key);
  const level = levelOf(chat);
  if (isSystem(line) || blocked.value.has(line.from.id) || isLooking(key) || isQuiet(settings.value, client.now)) return false;
  return isRequest(chat) ? chat.unread <= 1 && level !== 'nothing' : level === 'all' || (level === 'mentions' && mentions(line, me.value?.id));
}

function notificationOf(line: Line): PushNotification {
  const key = keyOf(line);
  const chat = chatOf(key);
  return {
    conversation: line.conversation,
    kind: key === 'lobby' ? 'lobby' : isRoomKey(key) ? 'room' : 'direct',
    line: line.line,
    from: line.from,
    ...(displayNameOf(line.from) === undefined ? {} : { name: displayNameOf(line.from)! }),
    ...(chat.room ? { title: chat.room.title } : {}),
    ...(settings.value.text && !isRequest(chat) ? { text: previewOf(line).slice(0, 200) } : {}),
  };
}

navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<{ open?: string; told?: boolean }>) => {
  if (data.open) go(data.open);
  if (data.told && hasSound.value) play();
});

// The lines of another life have other numbers.
client.on('epoch', () => say({ forget: true }));
