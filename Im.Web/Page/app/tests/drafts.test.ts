import './browser.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImEvents } from '@im/client';
import { jenny, tom } from '../../client/tests/fakes.ts';

// Before the page's modules are loaded, which look for it.
const kept = new Map<string, string>();
const storage = new Proxy({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) }, {
  ownKeys: () => [...kept.keys()],
  getOwnPropertyDescriptor: (_, key) => (kept.has(String(key)) ? { value: kept.get(String(key)), enumerable: true, configurable: true } : undefined),
});
const heard: ((event: { key: string | null; newValue: string | null }) => void)[] = [];
Object.assign(globalThis, { localStorage: storage, addEventListener: (name: string, listener: (typeof heard)[number]) => name === 'storage' && heard.push(listener) });
const { draftOf, keepDraft } = await import('../src/state/drafts.ts');
const { client } = await import('../src/state/im.ts');

const hears = <Name extends keyof ImEvents>(name: Name, payload: ImEvents[Name]): void =>
  (client as unknown as { emit(name: Name, payload: ImEvents[Name]): void }).emit(name, payload);
const otherTabWrites = (key: string, newValue: string | null) => heard.forEach((listener) => listener({ key, newValue }));

test('A draft is kept for its author, comes from other tabs, and is gone at a logout', () => {
  keepDraft('lobby', 'by nobody');
  assert.equal(kept.size, 0);
  hears('me', jenny);
  keepDraft('lobby', 'half a');
  keepDraft(tom.id, 'to Tom');
  keepDraft(tom.id, '');
  assert.deepEqual([...kept], [[`im.draft ${jenny.id} lobby`, 'half a']]);

  otherTabWrites(`im.draft ${jenny.id} ${tom.id}`, 'from the other tab');
  otherTabWrites(`im.draft ${tom.id} lobby`, 'by somebody else');
  assert.equal(draftOf(tom.id), 'from the other tab');
  assert.equal(draftOf('lobby'), 'half a');

  // The session was lost: it is there again for her, and for nobody else.
  hears('me', null);
  assert.equal(draftOf('lobby'), '');
  hears('me', jenny);
  assert.equal(draftOf('lobby'), 'half a');
  hears('me', null);
  hears('me', tom);
  assert.equal(kept.size, 0);

  keepDraft('lobby', 'by Tom');
  hears('loggedOut', undefined);
  hears('me', null);
  assert.equal(kept.size, 0);
  assert.equal(draftOf('lobby'), '');
});
