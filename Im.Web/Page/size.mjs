// What a browser has to fetch of the page: npm run size. The build fails when it is more than it may be.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Of scripts and styles, those that are fetched late or never included, what somebody of one language can fetch. Tables of emoji are data, in files of their own. */
export const budgetBytes = 130 * 1024;

const isCode = /\.(js|css)$/;
/** The texts of a language, of everybody's pages and of the administrators': nobody fetches more of them than those they read. */
const languages = [/assets[/\\](en|zh|zhTW)-[^/\\]*\.js$/, /assets[/\\]admin(En|Zh|ZhTW)-[^/\\]*\.js$/];

export function measure(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isCode.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(folder, path), bytes: gzipSync(readFileSync(path), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes);
  const sum = (some) => some.reduce((bytes, each) => bytes + each.bytes, 0);
  const others = languages.flatMap((language) => files.filter(({ name }) => language.test(name)).slice(1));
  const total = sum(files);
  return { files, total, oneLanguage: total - sum(others) };
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

export const report = ({ files, total, oneLanguage }) => [
  ...files.map(({ name, bytes }) => `${kib(bytes).padStart(9)}  ${name}`),
  `${kib(oneLanguage)} of ${kib(budgetBytes)} compressed with gzip, with the largest of the languages; ${kib(total)} with all of them`,
];

if (process.argv[1] === import.meta.filename) {
  const sizes = measure(process.argv[2]);
  console.log(report(sizes).join('\n'));
  if (sizes.oneLanguage > budgetBytes) process.exitCode = 1;
}
