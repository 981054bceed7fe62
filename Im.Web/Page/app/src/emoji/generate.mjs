// Makes data/en.json and data/zh.json from the npm package emojibase-data: node generate.mjs <folder of the unpacked package>.
// [group, emoji, name, words to find it by besides, 1 where it comes in skin tones], in Unicode's order.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
/** Newer ones are boxes on many systems. */
const newest = 15;
const components = 2;
const tones = ['🏻', '🏼', '🏽', '🏾', '🏿'];

/** As `toned` of emoji.ts makes it. */
const toned = (emoji, tone) => emoji.replace(/^(.)\uFE0F?/u, `$1${tone}`);
const comesInTones = ({ emoji, skins = [] }) => tones.every((tone) => skins.some((skin) => skin.emoji === toned(emoji, tone)));

for (const language of ['en', 'zh']) {
  const all = JSON.parse(readFileSync(join(folder, language, 'data.json'), 'utf8'));
  const list = all
    .filter(({ group, version }) => group !== undefined && group !== components && version <= newest)
    .sort((a, b) => a.order - b.order)
    .map((each) => [each.group, each.emoji, each.label, (each.tags ?? []).filter((tag) => !each.label.includes(tag)).join(' '), ...(comesInTones(each) ? [1] : [])]);
  writeFileSync(join(import.meta.dirname, 'data', `${language}.json`), `[\n${list.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
  console.log(language, list.length);
}
