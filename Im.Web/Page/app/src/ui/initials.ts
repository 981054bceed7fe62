import { graphemes } from './graphemes.ts';

/** The first character, and that of the last word if there are several and it has letters: of `Tom B` it is `TB`, of `Tom 2` it is `T`. */
export function initialsOf(nickname: string): string {
  const words = nickname.trim().split(/[\s._-]+/).filter(Boolean);
  return [words[0] ?? nickname, ...(words.length > 1 && /^\p{L}/u.test(words.at(-1)!) ? [words.at(-1)!] : [])].map((word) => capital(graphemes(word)[0] ?? '')).join('');
}

// ß and ﬁ would be two letters.
const capital = (letter: string): string => (letter.toUpperCase().length === letter.length ? letter.toUpperCase() : letter);
