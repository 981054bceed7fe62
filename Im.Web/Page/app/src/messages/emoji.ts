import { graphemes } from '../ui/graphemes.ts';

const pictures = 3;

/** One to three emoji and nothing else: such a message is shown large. */
export function isOnlyEmoji(text: string): boolean {
  if (text.length > 40) return false;
  const characters = graphemes(text.replace(/\s/g, ''));
  return characters.length > 0 && characters.length <= pictures && characters.every((each) => /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u.test(each));
}
