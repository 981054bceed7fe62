// How soon the page is there on a slow network: prints, judges nothing.
//   node perf/firstPaint.mjs http://localhost:20460 [http://localhost:21460]     one running product, or several to compare, such as an older build
import { launch } from './chromium.mjs';

/** Chrome's "Slow 3G". */
const slow3G = { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };
const times = 3;

const watch = () => {
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => (window.shifts += each.hadRecentInput ? 0 : each.value))).observe({ type: 'layout-shift', buffered: true });
};

// Connected, and one can read and either write or join.
const isUsable = () =>
  document.querySelector('[data-testid=connection-state][data-phase=ready]') &&
  document.querySelector('[data-testid=guest-prompt], [data-testid=composer]') &&
  document.querySelector('[data-testid=message], [data-testid=empty]') &&
  performance.now();

async function visit(context, address) {
  const page = await context.newPage();
  await page.addInitScript(watch);
  const devTools = await context.newCDPSession(page);
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', slow3G);
  let bytes = 0;
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(address, { waitUntil: 'commit', timeout: 120_000 });
  const usable = await (await page.waitForFunction(isUsable, undefined, { polling: 'raf', timeout: 120_000 })).jsonValue();
  const shown = bytes;
  await page.waitForTimeout(1_000);
  const { paint, shift } = await page.evaluate(() => ({ paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime, shift: window.shifts }));
  await page.evaluate(() => navigator.serviceWorker?.getRegistration().then((it) => it && navigator.serviceWorker.ready));
  await page.close();
  return { paint, usable, shift, bytes: shown };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** @returns a row for each address and visit. */
export async function measureFirstPaint(browser, addresses) {
  const visits = addresses.flatMap((address) => ['first visit', 'second visit'].map((kind) => ({ address, kind, seen: [] })));
  for (let time = 0; time < times; time++)
    for (const address of addresses) {
      const context = await browser.newContext();
      for (const kind of ['first visit', 'second visit']) visits.find((each) => each.address === address && each.kind === kind).seen.push(await visit(context, address));
      await context.close();
    }
  return visits.map(({ address, kind, seen }) => ({
    address,
    visit: kind,
    'first paint (2 s)': seconds(median(seen.map(({ paint }) => paint))),
    'usable (5 s)': seconds(median(seen.map(({ usable }) => usable))),
    'layout shift (0.02)': median(seen.map(({ shift }) => shift)).toFixed(4),
    'KB until then': (median(seen.map(({ bytes }) => bytes)) / 1024).toFixed(1),
  }));
}

if (process.argv[1] === import.meta.filename) {
  const browser = await launch();
  console.log(`On slow 3G (400 ms there and back, 400 kbit/s), the median of ${times}; in brackets what is wanted:`);
  console.table(await measureFirstPaint(browser, process.argv.slice(2)));
  await browser.close();
}
