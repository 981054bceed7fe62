import { ScriptedNode, person } from './ScriptedNode.mjs';

const lines = 3_000;
const reactions = 1_000;
const incoming = 60;
const everyMs = 100;
const keys = 150;
const scrollPx = 1_000; // each frame
const heapBatch = 50;
const heapWithinMs = 180_000;

const [tom, lin, ann] = ['Tom', 'Lin', 'Ann'].map(person);
const talkers = [tom, lin, ann];
const words = 'the quick brown fox jumps over the lazy dog and then it goes home to sleep because it was a long day for a small fox'.split(' ');
const text = (index) => `${index}: ${words.slice(0, 2 + ((index * 7) % (words.length - 2))).join(' ')}`;

/** All figures of one build. */
export async function measure(browser, folder, heapLines) {
  const node = new ScriptedNode(folder);
  for (let index = 0; index < lines; index++) node.say(talkers[(index >> 2) % 3], text(index), Date.now() - (lines - index) * 60_000);
  for (let index = 0; index < reactions; index++) node.react(talkers[index % 3], 1 + index * 3, ['👍', '🎉', '❤️'][index % 3]);
  node.readAll();
  await node.listen();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const shown = (line) => page.waitForFunction((number) => Number([...document.querySelectorAll('[data-seq]')].at(-1)?.dataset.line ?? [...document.querySelectorAll('[data-seq]')].at(-1)?.dataset.seq) >= number, line, { polling: 50 });
  await page.goto(node.address);
  await page.waitForSelector('[data-testid=message]');

  /** CPU of the page's main thread for each of some lines that come one by one. */
  const cpuOf = async (sender) => {
    await page.waitForTimeout(1_000);
    const before = await metrics();
    for (let index = 0; index < incoming; index++) {
      node.say(sender(index), text(index));
      await page.waitForTimeout(everyMs);
    }
    await page.waitForTimeout(500);
    const after = await metrics();
    return (1_000 * (after.TaskDuration - before.TaskDuration)) / incoming;
  };
  const cpu = { one: await cpuOf(() => tom), turns: await cpuOf((index) => talkers[index % 3]) };

  const still = await metrics();
  const scroll = await page.evaluate(scrollUp, scrollPx);
  scroll.cpuSeconds = (await metrics()).TaskDuration - still.TaskDuration;
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  cpu.oneAbove = await cpuOf(() => tom);
  cpu.turnsAbove = await cpuOf((index) => talkers[index % 3]);

  await page.click('[data-testid=composer]');
  await page.evaluate(watchKeys);
  for (let index = 0; index < keys; index++) {
    await page.keyboard.press('abcdefgh '[index % 9]);
    await page.waitForTimeout(30);
  }
  const took = (await page.evaluate(() => window.keyTimes)).sort((a, b) => a - b);
  const typing = took[Math.floor(took.length * 0.95)];
  await page.fill('[data-testid=composer]', '');

  // At the end, where somebody leaves the page open for an hour; in as little time as the page takes for it.
  await page.click('[data-testid=to-newest]');
  const heapNow = async () => {
    for (let time = 0; time < 3; time++) await cdp.send('HeapProfiler.collectGarbage');
    return (await metrics()).JSHeapUsedSize / 1_048_576;
  };
  for (let index = 0; index < 600; index++) node.say(talkers[(index >> 2) % 3], text(index)); // as much as is kept at the end
  await shown(node.lines.length);
  const heap = { before: await heapNow(), lines: 0 };
  const until = Date.now() + heapWithinMs;
  while (heap.lines < heapLines && Date.now() < until) {
    for (let index = 0; index < heapBatch; index++) node.say(talkers[(index >> 2) % 3], text(index));
    heap.lines += heapBatch;
    await shown(node.lines.length);
  }
  heap.isWhole = heap.lines >= heapLines;
  heap.after = await heapNow();
  heap.nodes = (await metrics()).Nodes;
  await page.close();
  node.close();
  return { elements, scroll, cpu, typing, heap };
}

/** In the page: up, so much with each frame, until the first line of all is there. */
function scrollUp(px) {
  return new Promise((done) => {
    const box = document.querySelector('[data-testid=messages]');
    const start = performance.now();
    let [last, longestFrame, over, frames] = [start, 0, 0, 0];
    const frame = () => {
      const now = performance.now();
      longestFrame = Math.max(longestFrame, now - last);
      over += now - last > 100 ? 1 : 0;
      frames++;
      last = now;
      if (document.querySelector('[data-line="1"], [data-seq="1"]') || now - start > 120_000) return done({ seconds: (now - start) / 1_000, longestFrame, over, frames });
      box.scrollBy(0, -px);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** In the page: from a key until what it wrote is painted. */
function watchKeys() {
  window.keyTimes = [];
  const after = new MessageChannel();
  const waiting = [];
  after.port1.onmessage = () => window.keyTimes.push(performance.now() - waiting.shift());
  addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => (waiting.push(timeStamp), after.port2.postMessage(undefined))), { capture: true });
}
