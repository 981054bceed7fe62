// What a browser has to fetch of the page: npm run size. The build fails when it is more than it may be.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** All scripts and styles, those that are fetched late or never included. Tables of emoji are data, in files of their own. */
export const budgetBytes = 130 * 1024;

const isCode = /\.(js|css)$/;

export function measure(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isCode.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(folder, path), bytes: gzipSync(readFileSync(path), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes);
  return { files, total: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

export const report = ({ files, total }) => [
  ...files.map(({ name, bytes }) => `${kib(bytes).padStart(9)}  ${name}`),
  `${kib(total)} of ${kib(budgetBytes)} compressed with gzip`,
];

if (process.argv[1] === import.meta.filename) {
  const sizes = measure(process.argv[2]);
  console.log(report(sizes).join('\n'));
  if (sizes.total > budgetBytes) process.exitCode = 1;
}
