import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BearerToken, ImClient, ImError } from '../src/index.ts';

const content = { file: '01935b7e-6d1c-7c44-9a52-3b1f0e2d4c5a', name: 'tea & more.txt', size: 3, type: 'application/octet-stream' };

function clientWith(answer: (url: string, init: RequestInit) => Response | Promise<Response>): ImClient {
  const bearer = new BearerToken('imt_x');
  return new ImClient({ origin: 'https://chat.test', bearer, webSocket: () => assert.fail('no socket is needed'), fetch: async (input, init) => answer(String(input), init ?? {}) });
}

test('An upload sends the bytes and the name, and its answer can be posted', async () => {
  const client = clientWith(async (url, init) => {
    assert.equal(url, 'https://chat.test/api/files?name=tea%20%26%20more.txt');
    const headers = new Headers(init.headers);
    assert.deepEqual([init.method, headers.get('X-Im'), headers.get('Authorization'), init.credentials], ['POST', '1', 'Bearer imt_x', 'omit']);
    assert.equal(await (init.body as Blob).text(), 'tea');
    return Response.json(content);
  });
  assert.deepEqual(await client.files.upload(new Blob(['tea']), 'tea & more.txt'), content);
  assert.equal(client.files.thumbnailAddress(content.file), `https://chat.test/api/files/${content.file}/thumbnail`);
});

test('A file is read as it comes, and a refusal has its code', async () => {
  const client = clientWith((url) => (url.endsWith(content.file) ? new Response('tea') : Response.json({ code: 'not_found' }, { status: 404 })));
  assert.equal(await new Response(await client.files.open(content.file)).text(), 'tea');
  await assert.rejects(client.files.open('another'), (error) => error instanceof ImError && error.code === 'not_found');
});

test('An upload that is given up says so, and one that is cut off is unreachable', async () => {
  const client = clientWith(() => Promise.reject(new TypeError('cut off')));
  await assert.rejects(client.files.upload(new Blob(['tea']), 'tea'), (error) => error instanceof ImError && error.code === 'unreachable');
  await assert.rejects(client.files.upload(new Blob(['tea']), 'tea', { signal: AbortSignal.abort() }), (error) => error instanceof ImError && error.code === 'cancelled');
});
