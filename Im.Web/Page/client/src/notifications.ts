import type { ConversationSettings, NotificationSettings } from './protocol.ts';

type Ask = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

/** Of what the user is told, and where. What one's other devices set comes as the client's event `settings`. Failures are `ImError`s with the problem's code. */
export class Notifications {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  settings(): Promise<NotificationSettings> {
    return this.#ask('GET', '/api/me/notifications');
  }

  changeSettings(settings: NotificationSettings): Promise<NotificationSettings> {
    return this.#ask('PUT', '/api/me/notifications', settings);
  }

  /** Mutes, pins, or wants to be told more of a conversation, by its id; what is left out stays. `too_many`: as many are pinned as may be. */
  set(conversation: string, settings: ConversationSettings): Promise<ConversationSettings> {
    return this.#ask('PUT', `/api/me/conversations/${encodeURIComponent(conversation)}`, settings);
  }

  /** The servers' public VAPID key, for a browser's `pushManager.subscribe`. */
  async pushKey(): Promise<string> {
    return (await this.#ask<{ key: string }>('GET', '/api/push/key')).key;
  }

  /** From now on this browser is pushed to, as long as its session is the user's. @param subscription As `PushSubscription.toJSON()` has it. */
  subscribe({ endpoint, keys }: { readonly endpoint?: string; readonly keys?: Record<string, string> }): Promise<void> {
    return this.#ask('PUT', '/api/push/subscription', { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } });
  }

  unsubscribe(): Promise<void> {
    return this.#ask('DELETE', '/api/push/subscription');
  }
}
