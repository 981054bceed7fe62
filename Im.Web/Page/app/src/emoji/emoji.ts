import { computed, signal } from '@preact/signals';
import { store, stored } from '../settings/stored.ts';
import en from './data/en.json?url';
import zh from './data/zh.json?url';

/** As `generate.mjs` writes it: group, emoji, name, further words, and 1 where it comes in skin tones. */
type Row = readonly [group: number, emoji: string, name: string, words: string, tones?: 1];

export interface Emoji {
  readonly group: number;
  readonly emoji: string;
  readonly name: string;
  readonly words: string;
  readonly tones: boolean;
}

/** Groups as Unicode numbers them; 2 is parts of others, and is not offered. */
export const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
export const groupSigns: Readonly<Record<number, string>> = { 0: '😀', 1: '👋', 3: '🐻', 4: '🍎', 5: '🚗', 6: '⚽', 7: '💡', 8: '🔣', 9: '🏁' };

const addresses = { en, zh };
const loaded = new Map<string, Promise<readonly Emoji[]>>();

/** All emoji, with their names in a language: read once, and anew where that failed. */
export function loadEmoji(language: 'en' | 'zh'): Promise<readonly Emoji[]> {
  const before = loaded.get(language);
  if (before) return before;
  const list = read(addresses[language]);
  loaded.set(language, list);
  list.catch(() => loaded.delete(language));
  return list;
}

async function read(address: string): Promise<readonly Emoji[]> {
  const rows = (await (await fetch(address)).json()) as readonly Row[];
  return rows.map(([group, emoji, name, words, tones]) => ({ group, emoji, name, words, tones: tones === 1 }));
}

const maxFound = 90;

/** Those whose words begin with all that is wanted; in Chinese, which has no blanks between words, those that contain it. The name counts before other words. */
export function findEmoji(list: readonly Emoji[], wanted: string): readonly Emoji[] {
  const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string, part: string) => (/^[\p{ASCII}]*$/u.test(part) ? ` ${text}`.includes(` ${part}`) : text.includes(part));
  const rank = ({ emoji, name, words }: Emoji) => {
    const [named, all] = [name.toLowerCase(), `${name} ${words}`.toLowerCase()];
    return emoji === wanted || named === wanted ? 0 : parts.every((part) => has(named, part)) ? 1 : parts.every((part) => has(all, part)) ? 2 : 3;
  };
  return list.map((each) => [rank(each), each] as const).filter(([order]) => order < 3).sort(([a], [b]) => a - b).slice(0, maxFound).map(([, each]) => each);
}

export const toneSigns = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;
const toneKey = 'im.emoji.tone';
const recentKey = 'im.emoji.recent';
const maxRecent = 27;

/** The skin tone that was chosen last: an index of `toneSigns`. */
export const tone = signal(Math.min(toneSigns.length - 1, Math.max(0, Number(stored('local', toneKey)) || 0)));

export function chooseTone(index: number): void {
  tone.value = index;
  store('local', toneKey, index === 0 ? null : String(index));
}

/** As `generate.mjs` tries it. */
export const toned = ({ emoji, tones }: Emoji): string => (tones && tone.value > 0 ? emoji.replace(/^(.)\uFE0F?/u, `$1${toneSigns[tone.value]}`) : emoji);

const kept = signal(stored('local', recentKey) ?? '');

/** What was picked last, newest first. */
export const recent = computed(() => kept.value.split(' ').filter(Boolean));

export function remember(emoji: string): void {
  kept.value = [emoji, ...recent.value.filter((each) => each !== emoji)].slice(0, maxRecent).join(' ');
  store('local', recentKey, kept.value);
}
