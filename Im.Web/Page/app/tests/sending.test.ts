import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Content } from '@im/client';
import { jenny, live, lobbyLine, settled, stage, tom, type Stage } from '../../client/tests/fakes.ts';
import { Sending } from '../src/state/Sending.ts';
import { UnsentStore } from '../src/state/UnsentStore.ts';

/** As localStorage: what is set can be listed with Object.keys. */
function newStorage(roomFor = Infinity): Storage {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null;
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      if (Object.keys(this).length >= roomFor) throw new DOMException('full', 'QuotaExceededError');
      this[key] = value;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  };
  return Object.create(methods) as Storage;
}

interface Tab extends Stage {
  sending: Sending;
}

/** A tab of the browser whose storage this is, with no node in reach. */
async function openTab(storage: Storage | undefined, user: typeof jenny | null = jenny): Promise<Tab> {
  const it = stage();
  const sending = new Sending(it.client, new UnsentStore(storage), () => {});
  it.answers.set('GET /api/me', [200, { user, session: 's-1' }]);
  it.client.connect();
  await settled();
  return { ...it, sending };
}

const greets = (tab: Tab, user: typeof jenny | null = jenny, lobbyLastSeq = 0) => tab.socket().greets({ user, lobbyLastSeq });
const texts = (tab: Tab) => tab.sending.list.map((each) => (each.content as Content)['text']);
const write = (tab: Tab, text: string) => tab.sending.post('lobby', { kind: 'text', content: { text } });
const kept = (storage: Storage) => Object.keys(storage).length;
const sent = (tab: Tab) => tab.socket().of('post').map((frame) => frame.content['text']);

/** Acks whatever comes, as a node that stores it would. */
async function ackAll(tab: Tab): Promise<string[]> {
  const ids: string[] = [];
  for (let frames = tab.socket().of('post'); ids.length < frames.length; frames = tab.socket().of('post')) {
    const { id } = frames[ids.length]!;
    ids.push(id);
    await tab.socket().says({ type: 'ack', id, conversation: 'lobby', seq: ids.length });
  }
  return ids;
}

test('What was written offline survives the tab, shows as waiting in the next, and is sent once, in order, with its ids', async () => {
  const storage = newStorage();
  const first = await openTab(storage);
  for (const text of ['one', 'two', 'three']) write(first, text);
  const ids = first.sending.list.map((each) => each.id);
  first.client.disconnect();

  const second = await openTab(storage);
  assert.deepEqual(texts(second), ['one', 'two', 'three']);
  await greets(second);
  assert.deepEqual(await ackAll(second), ids);
  assert.deepEqual(sent(second), ['one', 'two', 'three']);
  assert.equal(kept(storage), 0);
  for (const [index, id] of ids.entries()) await second.socket().says(live(lobbyLine(index + 1, jenny, id)));
  assert.deepEqual(second.sending.list, []);

  const third = await openTab(storage);
  assert.deepEqual(third.sending.list, []);
});

test('Acked before the reload, and the ack lost: the second sending is answered, and nothing is shown twice', async () => {
  const storage = newStorage();
  const first = await openTab(storage);
  write(first, 'one');
  const second = await openTab(storage);
  await greets(second, jenny, 7);
  await second.socket().says({ type: 'ack', id: second.socket().asked('post').id, conversation: 'lobby', seq: 7, duplicate: true });
  assert.deepEqual([second.sending.list, kept(storage)], [[], 0]);
});

test('Acked, but its place is not reached yet: it stays in view until it is', async () => {
  const tab = await openTab(newStorage());
  await greets(tab);
  write(tab, 'one');
  const { id } = tab.socket().asked('post');
  await tab.socket().says({ type: 'ack', id, conversation: 'lobby', seq: 1 });
  assert.deepEqual(texts(tab), ['one']);
  await tab.socket().says(live(lobbyLine(1, jenny, id)));
  assert.deepEqual(texts(tab), []);
});

test('Nobody else sees, sends or keeps what somebody wrote', async () => {
  const storage = newStorage();
  const mine = await openTab(storage);
  write(mine, 'private');
  const theirs = await openTab(storage, tom);
  await greets(theirs, tom);
  assert.deepEqual([theirs.sending.list, sent(theirs), kept(storage)], [[], [], 0]);
});

test('A logout leaves no text, here or in another tab', async () => {
  const here = newStorage();
  const tab = await openTab(here);
  write(tab, 'private');
  tab.answers.set('POST /api/logout', [204]);
  await tab.client.logout();
  assert.deepEqual([tab.sending.list, kept(here)], [[], 0]);

  const elsewhere = newStorage();
  const other = await openTab(elsewhere);
  await greets(other);
  write(other, 'private');
  await other.socket().says({ type: 'session', reason: 'logout' });
  assert.deepEqual([other.sending.list, kept(elsewhere)], [[], 0]);
});

test('A session that the server lost is no logout: the same person comes back, and it is sent', async () => {
  const storage = newStorage();
  const tab = await openTab(storage);
  write(tab, 'one');
  await greets(tab, null);
  assert.deepEqual([tab.sending.list, sent(tab), kept(storage)], [[], [], 1]);
  await tab.socket().says({ type: 'session', reason: 'authenticated', session: 's-2', user: jenny });
  assert.deepEqual([texts(tab), sent(tab)], [['one'], ['one']]);
});

test('A refusal outlives a reload until it is dismissed, and then in every tab', async () => {
  const storage = newStorage();
  const tab = await openTab(storage);
  await greets(tab);
  write(tab, 'one');
  const { id } = tab.socket().asked('post');
  await tab.socket().says({ type: 'error', id, code: 'text_invalid', message: '' });
  const other = await openTab(storage);
  assert.deepEqual(other.sending.list.map((each) => each.failure), ['text_invalid']);
  await greets(other);
  assert.deepEqual(sent(other), []);
  const [key] = Object.keys(storage);
  other.sending.discard(id);
  tab.sending.forgotten(key!);
  assert.deepEqual([tab.sending.list, other.sending.list, kept(storage)], [[], [], 0]);
});

test('What a closed tab left behind is taken over by one that is open, once', async () => {
  const storage = newStorage();
  const closed = await openTab(storage);
  const open = await openTab(storage);
  write(closed, 'one');
  open.sending.adopt();
  assert.deepEqual(texts(open), []); // its own tab may well be sending it
  open.sending.adopt(-1);
  open.sending.adopt(-1);
  assert.deepEqual(texts(open), ['one']);
  await greets(open);
  assert.equal((await ackAll(open))[0], closed.sending.list[0]!.id);
});

test('Where there is no room, or no storage, it is sent all the same, and the tab says what it risks', async () => {
  for (const storage of [newStorage(1), undefined]) {
    const tab = await openTab(storage);
    for (const text of ['one', 'two']) write(tab, text);
    assert.equal(tab.sending.isAtRisk, true);
    await greets(tab);
    await ackAll(tab);
    assert.deepEqual(sent(tab), ['one', 'two']);
  }
});

test('What is not ours in the storage is left alone, and rubbish is not shown', async () => {
  const storage = newStorage();
  storage.setItem('im.language', 'zh');
  storage.setItem(`im.unsent ${jenny.id} rubbish`, '{');
  storage.setItem(`im.unsent ${jenny.id} old`, '{"text":1}');
  const tab = await openTab(storage);
  assert.deepEqual(tab.sending.list, []);
  tab.answers.set('POST /api/logout', [204]);
  await tab.client.logout();
  assert.deepEqual(Object.keys(storage), ['im.language']);
});

test('What is done to a line is kept and sent again as a text is, and what an earlier page kept is a text', async () => {
  const storage = newStorage();
  storage.setItem(`im.unsent ${jenny.id} id-0`, '{"chat":"lobby","text":"before there were kinds","at":1}');
  const first = await openTab(storage);
  first.sending.post('lobby', { kind: 'reaction', target: 3, content: { keys: ['👍'] } });
  const second = await openTab(storage);
  await greets(second, jenny, 7);
  await ackAll(second);
  const posts = second.socket().of('post').map(({ kind, target, content }) => ({ kind, target, content }));
  assert.deepEqual(posts, [
    { kind: 'text', target: undefined, content: { text: 'before there were kinds' } },
    { kind: 'reaction', target: 3, content: { keys: ['👍'] } },
  ]);
  assert.deepEqual([second.sending.list, kept(storage)], [[], 0]);
});
