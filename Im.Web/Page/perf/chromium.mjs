import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium on PATH, else the one that the browser tests have fetched (`dotnet test Im.Tests --filter FullyQualifiedName~TextPageTests`). */
export async function launch() {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  const fetched = existsSync(join(data, 'im-tests')) ? readdirSync(join(data, 'im-tests')).filter((name) => name.startsWith('chromium-')).map((name) => join(data, 'im-tests', name)).at(-1) : undefined;
  if (!onPath && !fetched) throw new Error('No Chromium: install one, or let the browser tests fetch theirs (dotnet test Im.Tests --filter FullyQualifiedName~TextPageTests).');
  return chromium.launch({
    executablePath: onPath ?? join(fetched, 'chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc', '--enable-precise-memory-info'],
    env: onPath ? process.env : { ...process.env, LD_LIBRARY_PATH: join(fetched, 'lib') },
  });
}
