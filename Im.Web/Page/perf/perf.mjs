// npm run perf [-- --against DIR] [--minutes 60]: what the list of messages costs, in a real Chromium, as a table. DIR: another clone of the repository, measured beside this one.
// A scripted node in this process says what is needed; nothing else has to run. It takes two to five minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measure as sizeOf } from '../size.mjs';
import { launch } from './chromium.mjs';
import { measure } from './measure.mjs';

const { values } = parseArgs({ options: { against: { type: 'string' }, minutes: { type: 'string', default: '60' } } });
const here = resolve(import.meta.dirname, '..');
const clones = [here, ...(values.against ? [join(resolve(values.against), 'Im.Web', 'Page')] : [])];

/** Row by row: what it is, what it may be, and how it is written. */
const rows = [
  ['JavaScript and CSS of one language, gzip', '90 KB', ({ size }) => `${(size.oneLanguage / 1024).toFixed(1)} KB`],
  ['Elements, 3,000 lines and 1,000 reactions loaded', '1,500', ({ elements }) => elements],
  ['Scrolling up through 3,000 lines', '10 s', ({ scroll }) => `${scroll.seconds.toFixed(1)} s`],
  ['  its CPU on the main thread', '', ({ scroll }) => `${scroll.cpuSeconds.toFixed(1)} s`],
  ['  its longest frame', '100 ms', ({ scroll }) => `${scroll.longestFrame.toFixed(0)} ms`],
  ['  its frames over 100 ms', '0', ({ scroll }) => `${scroll.over} of ${scroll.frames}`],
  ['A line comes, one sender, at the end', '10 ms', ({ cpu }) => `${cpu.one.toFixed(1)} ms`],
  ['A line comes, senders in turn, at the end', '10 ms', ({ cpu }) => `${cpu.turns.toFixed(1)} ms`],
  ['A line comes, one sender, 3,000 loaded, at the top', '10 ms', ({ cpu }) => `${cpu.oneAbove.toFixed(1)} ms`],
  ['A line comes, senders in turn, 3,000 loaded, at the top', '10 ms', ({ cpu }) => `${cpu.turnsAbove.toFixed(1)} ms`],
  ['A key is on the screen, 3,000 loaded, p95', '32 ms', ({ typing }) => `${typing.toFixed(0)} ms`],
  ['Heap at the start', '', ({ heap }) => `${heap.before.toFixed(1)} MB`],
  [`Heap after ${values.minutes} minutes of 5 lines a second`, '+20 %', ({ heap }) => `${heap.after.toFixed(1)} MB (${heap.after >= heap.before ? '+' : ''}${(100 * (heap.after / heap.before - 1)).toFixed(0)} %${heap.isWhole ? '' : `, after ${heap.lines} lines: out of time`})`],
  ['DOM nodes then', '', ({ heap }) => heap.nodes],
];

const figures = [];
for (const clone of clones) {
  const folder = mkdtempSync(join(tmpdir(), 'im-perf-'));
  if (!existsSync(join(clone, 'node_modules'))) run(clone, 'npm', 'ci', '--ignore-scripts');
  run(clone, 'npx', 'vite', 'build', 'app', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error');
  const browser = await launch();
  try {
    figures.push({ size: sizeOf(folder), ...(await measure(browser, folder, Number(values.minutes) * 300)) });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}
console.log(`| | wanted | this build |${values.against ? ' the other |' : ''}`);
console.log(`|---|---|---|${values.against ? '---|' : ''}`);
for (const [what, wanted, write] of rows) console.log(`| ${what} | ${wanted} | ${figures.map(write).join(' | ')} |`);

function run(cwd, command, ...args) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} in ${cwd}: ${error?.message ?? stderr}`);
}
