import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VisitStore, type KeptVisit } from '../src/offline/VisitStore.ts';

const day = 24 * 3_600_000;
const now = 1_790_000_000_000;

/** As much of a browser's cache storage as is used: one entry. */
function storage() {
  let kept: string | undefined;
  const caches = {
    match: async () => (kept === undefined ? undefined : new Response(kept)),
    open: async () => ({ put: async (_: string, response: Response) => void (kept = await response.text()) }),
    delete: async () => ((kept = undefined), true),
  } as unknown as CacheStorage;
  return { caches, get kept() { return kept; }, set kept(text) { kept = text; } };
}

const visit = (texts: readonly string[], at = now): KeptVisit => ({
  at,
  user: { id: 'u-1', nickname: 'Jenny', brief: '' },
  epoch: 'life-1',
  chats: [],
  timelines: texts.map((text, index) => ({ conversation: `c-${index}`, lastSeq: 1, lastLine: 1, lines: [{ content: { text } } as never] })),
});

test('A visit is read as it was written, for a week, and then deleted', async () => {
  const disk = storage();
  const store = new VisitStore(disk.caches, 'build-1');
  await store.write(visit(['hello']));
  assert.deepEqual(await store.read(now + 6 * day), visit(['hello']));
  assert.equal(await store.read(now + 7 * day), undefined);
  assert.equal(disk.kept, undefined);
});

test('One that is dated later than now, or that somebody else wrote there, is deleted', async () => {
  for (const text of [JSON.stringify(visit([], now + 1)), 'no JSON', 'null', '{}']) {
    const disk = storage();
    disk.kept = text;
    assert.equal(await new VisitStore(disk.caches, 'build-1').read(now), undefined);
    assert.equal(disk.kept, undefined, text);
  }
});

test('What another build has kept is deleted: it may be something else', async () => {
  const disk = storage();
  await new VisitStore(disk.caches, 'build-1').write(visit(['hello']));
  assert.equal(await new VisitStore(disk.caches, 'build-2').read(now), undefined);
  assert.equal(disk.kept, undefined);
});

test('Of more than a million characters the conversations at the end are left out', async () => {
  const disk = storage();
  const store = new VisitStore(disk.caches, 'build-1');
  await store.write(visit(['near', 'x'.repeat(600_000), 'y'.repeat(600_000), 'far']));
  assert.deepEqual((await store.read(now))?.timelines.map(({ lines }) => (lines[0]?.content?.['text'] as string).length), [4, 600_000]);
  assert.ok(disk.kept!.length <= 1_000_000);
});

test('A browser without such a storage, or whose storage is full, keeps nothing and fails nowhere', async () => {
  const full = { open: () => Promise.reject(new DOMException('full', 'QuotaExceededError')), match: () => Promise.reject(new Error('gone')), delete: () => Promise.reject(new Error('gone')) } as unknown as CacheStorage;
  for (const caches of [undefined, full]) {
    const store = new VisitStore(caches, 'build-1');
    await store.write(visit(['hello']));
    assert.equal(await store.read(now), undefined);
    await store.erase();
  }
});
