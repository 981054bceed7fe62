// Called by Page.targets, which has looked at Node's version: node build.mjs <obj folder> <wwwroot>.
// Everything under one lock, for two .NET builds at once must not share an `npm ci`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { budgetBytes, measure, report } from './size.mjs';

const [work, webRoot] = process.argv.slice(2);
const here = import.meta.dirname ?? process.cwd();
const lockWaitMs = 10 * 60_000;
const widgetBudgetBytes = 45 * 1024;

class Failure extends Error {}

function run(what, command, interesting = (line) => !/^npm warn/i.test(line)) {
  const { status, stdout, stderr, error } = spawnSync(command, { cwd: here, shell: true, encoding: 'utf8' });
  if (status === 0) return;
  const lines = `${error?.message ?? ''}\n${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() && interesting(line));
  throw new Failure([what, ...lines.slice(0, 20)].join('\n'));
}

// node_modules/.package-lock.json is written by npm last of all.
function install() {
  const installed = join(here, 'node_modules', '.package-lock.json');
  const stamp = join(work, 'npm-ci.stamp');
  const wanted = readFileSync(join(here, 'package-lock.json'), 'utf8');
  if (existsSync(installed) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  run('The chat page is built with npm, which some systems package apart from Node.js, and no `npm` on PATH runs: install npm.', 'npm --version', () => false);
  run(
    'npm could not fetch the packages with which the chat page is built. Is the npm registry reachable? (It is needed once; later builds are offline.)',
    'npm ci --no-audit --no-fund --loglevel=error',
    (line) => /^npm (error|ERR!) code/.test(line), // The second is what npm 9 and older write.
  );
  writeFileSync(stamp, wanted);
}

// Beside each file what PageFiles serves in its place.
function compress(folder) {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  }
}

function keepToBudget(folder) {
  const sizes = measure(folder);
  console.log(`The chat page: ${report(sizes).at(-1)}`);
  if (sizes.oneLanguage > budgetBytes) throw new Failure(['The chat page is larger than it may be.', ...report(sizes)].join('\n'));
}

function keepWidgetSmall(file) {
  const bytes = gzipSync(readFileSync(file), { level: 9 }).length;
  console.log(`The widget: ${(bytes / 1024).toFixed(1)} KB of ${widgetBudgetBytes / 1024} KB compressed with gzip`);
  if (bytes > widgetBudgetBytes) throw new Failure('The widget is larger than it may be.');
}

// A server may be serving the old files: the new ones first, then those that name them, then the old ones go.
function publish(from, to) {
  const names = /^(index\.html|sw\.js)/;
  cpSync(from, to, { recursive: true, filter: (file) => !names.test(relative(from, file)) });
  for (const file of readdirSync(from).filter((each) => names.test(each))) cpSync(join(from, file), join(to, file));
  for (const file of readdirSync(to, { recursive: true }))
    if (!existsSync(join(from, file))) rmSync(join(to, file), { recursive: true, force: true });
}

function locked(work, action) {
  const lock = join(work, 'building');
  for (const start = Date.now(); ; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!alive(lock)) rmSync(lock, { force: true });
    else if (Date.now() - start > lockWaitMs) throw new Failure(`Another build of the chat page has held ${lock} for ten minutes.`);
  }
  try {
    action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function alive(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    if (age > lockWaitMs) return false; // its process id may be another program's by now
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid === 0) return age < 5_000; // created, not written yet
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

try {
  mkdirSync(work, { recursive: true });
  locked(work, () => {
    install();
    run('The chat page has type errors.', 'npx --no-install tsc -p app && npx --no-install tsc -p app/worker && npx --no-install tsc -p widget');
    run('Vite could not build the chat page.', `npx --no-install vite build app --logLevel warn --outDir "${join(work, 'dist')}"`);
    keepToBudget(join(work, 'dist'));
    // After the page was measured: nobody who opens the page fetches it.
    run('Vite could not build the widget.', `npx --no-install vite build widget --logLevel warn --outDir "${join(work, 'dist')}"`);
    keepWidgetSmall(join(work, 'dist', 'widget.js'));
    compress(join(work, 'dist'));
    publish(join(work, 'dist'), webRoot);
  });
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}
