// npm run pictures -- http://localhost:20460 FOLDER: every view of a running product, in both themes, in English and Chinese, wide and on a phone. lobby-en-light-desktop.png is the one of the README.
// Three people join and say a few things: run it against a product that starts from nothing (--UseVolumes=false), and once.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../perf/chromium.mjs';

const [address, folder] = process.argv.slice(2);
if (!address || !folder) throw new Error('npm run pictures -- http://localhost:20460 FOLDER');
mkdirSync(folder, { recursive: true });

const browser = await launch();
const sizes = { desktop: { viewport: { width: 1280, height: 800 } }, phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } };

/** Somebody with a page of their own. */
async function enter(nickname, brief) {
  const context = await browser.newContext({ ...sizes.desktop, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(address);
  const user = await ask(page, 'POST', '/api/login', { nickname, password: 'correct horse', brief });
  await page.reload();
  await find(page, 'composer').waitFor();
  return { page, context, user: user.user };
}

const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => (await fetch(path, { method, headers: { 'Content-Type': 'application/json', 'X-Im': '1' }, ...(body && { body: JSON.stringify(body) }) })).json().catch(() => undefined),
    [method, path, body],
  );
const find = (page, id) => page.locator(`[data-testid=${id}]:visible`).first();

async function say(page, place, ...texts) {
  await page.evaluate((hash) => (location.hash = hash), place);
  for (const text of texts) {
    await find(page, 'composer').fill(text);
    await find(page, 'composer').press('Enter');
    await page.locator('[data-testid=message][data-status=sent]').filter({ hasText: text.split(/[\n*`]/)[0] }).last().waitFor();
  }
}

async function attach(page, place, ...files) {
  await page.evaluate((hash) => (location.hash = hash), place);
  await page.locator('[data-testid=attach-input]').setInputFiles(files);
  await page.locator('[data-testid=attachment][data-state=ready]').nth(files.length - 1).waitFor();
}

const [jenny, tom, lin] = [await enter('Jenny', 'Designs tea pots'), await enter('Tom', 'Here until six'), await enter('林小明', '上海')];
await say(tom.page, '#/lobby', 'Good morning! The new page is up: https://im.example/today', 'Two things to try:\n- kill a node while you write\n- open the way of a message');
await say(lin.page, '#/lobby', '早上好！我在第二个节点上，消息马上就到。', '@Jenny do you have the **plan**?');
await say(jenny.page, '#/lobby', 'Here it is:\n```js\nfor (const node of nodes) await node.drain();\n```', 'I drain one node after the other, and nobody should notice.');
await tom.page.locator('[data-testid=message]').filter({ hasText: 'nobody should notice' }).last().focus();
await tom.page.keyboard.press('+');
await find(tom.page, 'emoji').click();
await find(tom.page, 'reaction').waitFor();
await say(tom.page, `#/u/${jenny.user.id}`, 'Do you have a minute?', 'The dashboard shows the trace of your line: `accepted`, `stored`, `published`, `sent`.');
await say(jenny.page, `#/u/${tom.user.id}`, 'Yes, I see it. *Very* nice.');
const room = await ask(jenny.page, 'POST', '/api/rooms', { title: 'Tea room', topic: 'What we drink, and when', public: true });
const roomId = room.room.conversation;
await ask(tom.page, 'POST', `/api/rooms/${roomId}/join`);
await say(tom.page, `#/r/${roomId}`, 'Oolong at four?');
await say(lin.page, `#/u/${jenny.user.id}`, '下午见！');
await attach(tom.page, `#/u/${jenny.user.id}`, { name: 'lobby.png', mimeType: 'image/png', buffer: await lin.page.screenshot() }, { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('Drain one node.\n') });
await find(tom.page, 'send').click();
await tom.page.locator('[data-testid=message][data-status=sent]').filter({ hasText: 'plan.txt' }).waitFor();
const cookies = await jenny.context.storageState();

/** Each with how one comes there from the lobby, and what is there then. */
const direct = async (page) => page.evaluate((hash) => (location.hash = hash), `#/u/${tom.user.id}`);
const toRoom = async (page) => page.evaluate((hash) => (location.hash = hash), `#/r/${roomId}`);
const account = (part) => async (page, isPhone) => {
  if (isPhone) await find(page, 'back').click();
  await find(page, 'brief-edit').click();
  if (part) await find(page, `${part}-open`).click();
  await page.locator('dialog[open] :is(input, [data-testid=device])').first().waitFor();
};
const views = {
  lobby: async () => {},
  direct,
  room: toRoom,
  list: async (page, isPhone) => isPhone && find(page, 'back').click(),
  people: async (page, isPhone) => isPhone && find(page, 'people-open').click(),
  menu: async (page, isPhone) => {
    await direct(page);
    await find(page, 'message-actions').click();
    await find(page, 'actions').waitFor();
  },
  journey: async (page) => {
    await find(page, 'message-how').click();
    await page.locator('[data-testid=journey][data-stored]').waitFor();
  },
  emoji: async (page) => {
    await find(page, 'emoji-open').click();
    await find(page, 'emoji').waitFor();
  },
  goto: async (page) => {
    await page.keyboard.press('Control+k');
    await find(page, 'goto-option').waitFor();
  },
  shortcuts: async (page) => {
    await page.keyboard.press('Control+/');
    await find(page, 'shortcuts').waitFor();
  },
  poll: async (page) => {
    await find(page, 'poll-open').click();
    await find(page, 'poll-question').waitFor();
  },
  rooms: async (page, isPhone) => {
    if (isPhone) await find(page, 'back').click();
    await find(page, 'rooms-open').click();
    await find(page, 'public-room').waitFor();
  },
  'about-room': async (page) => {
    await toRoom(page);
    await find(page, 'room-about').click();
    await find(page, 'member').waitFor();
  },
  picture: async (page) => {
    await direct(page);
    await find(page, 'picture').click();
    await find(page, 'picture-view').waitFor();
  },
  attached: async (page) => {
    await attach(page, `#/u/${tom.user.id}`, { name: 'lobby.png', mimeType: 'image/png', buffer: await page.screenshot() }, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Tea at four.\n') });
  },
  search: async (page, isPhone) => {
    if (isPhone) await find(page, 'back').click();
    await find(page, 'search-open').click();
    await find(page, 'search-input').fill('node');
    await find(page, 'search-hit').waitFor();
  },
  request: async (page) => {
    await page.evaluate((hash) => (location.hash = hash), `#/u/${lin.user.id}`);
    await find(page, 'request-bar').waitFor();
  },
  profile: async (page) => {
    await direct(page);
    await find(page, 'profile-open').click();
    await find(page, 'profile').waitFor();
  },
  privacy: account('privacy'),
  recovery: account('recovery'),
  info: account(),
  devices: account('devices'),
  keys: account('keys'),
  password: account('password'),
  notifications: account('notifications'),
  delete: account('delete'),
  nobody: (page) => page.evaluate(() => (location.hash = '#/u/nobody')),
  offline: async (page) => {
    await page.context().setOffline(true);
    await page.locator('[data-testid=connection-state][data-shown=true]').waitFor();
  },
};
const guestViews = {
  guest: async () => {},
  login: async (page, isPhone) => {
    await find(page, isPhone ? 'guest-join' : 'login-open').click();
    await find(page, 'login-nickname').waitFor();
  },
};

async function take(name, context, views) {
  for (const [view, go] of Object.entries(views)) {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    try {
      await page.goto(address);
      await page.locator('[data-testid=connection-state][data-phase=ready]').waitFor({ state: 'attached' });
      await find(page, 'message').waitFor();
      await go(page, name.endsWith('phone'));
      await page.waitForTimeout(500); // for what moves into its place
      await page.screenshot({ path: join(folder, `${view}-${name}.png`) });
    } catch (error) {
      console.error(`${view}-${name}: ${error.message.split('\n')[0]}`);
      process.exitCode = 1;
    }
    await context.setOffline(false);
    await page.close();
  }
}

for (const [size, device] of Object.entries(sizes))
  for (const locale of ['en-GB', 'zh-CN'])
    for (const colorScheme of ['light', 'dark']) {
      const options = { ...device, locale, colorScheme };
      const name = `${locale.slice(0, 2)}-${colorScheme}-${size}`;
      for (const [storageState, these] of [[cookies, views], [undefined, guestViews]]) {
        const context = await browser.newContext({ ...options, storageState });
        await take(name, context, these);
        await context.close();
      }
    }
await browser.close();
