import { parse, postprocess, preprocess } from 'micromark';
import { emphasis } from './emphasis.ts';
import type { Stretch } from './stretches.ts';
import { TreeBuilder } from './TreeBuilder.ts';

/** Where none of these is, nothing has to be parsed. */
const mayBeMarked = /[*_`]|~~|^[ \t]*(?:[>+-]|\d+[.)]|#)/m;
// Of a text that has more of either than anybody types nothing is parsed: what micromark takes grows with their square.
const maxMarks = 500;
const maxContainers = 400;
/** Of quotes and lists in each other at the beginning of a line. */
const maxNested = 8;
const marks = /(?<![a-z0-9])[*_~`]+|[*_~`]+(?![a-z0-9])/gi;
const beginnings = /^(?:[ \t]*(?:>|(?:[*+-]|#{1,6}|\d{1,9}[.)])(?=[ \t]|$)))+/gm;

const disabled = [
  'attention', 'autolink', 'characterEscape', 'characterReference', 'codeIndented', 'definition', 'hardBreakEscape', 'htmlFlow', 'htmlText', 'labelEnd', 'labelStartImage',
  'labelStartLink', 'setextUnderline', 'thematicBreak',
];
const options = { extensions: [{ text: { 42: emphasis, 95: emphasis, 126: emphasis }, disable: { null: disabled } }] };

/**
 * The Markdown in a text; docs/protocol.md says which. Nothing of the text is left out: whoever puts the stretches and what lies between them in a row has it as it was typed.
 *
 * @param text With what is no mark-up, as addresses and names, covered by as many other letters.
 */
export function stretchesOf(text: string): readonly Stretch[] {
  if (!mayBeMarked.test(text) || isTooMuch(text)) return [];
  text = text.replace(/^\ufeff/, '\u2060'); // which micromark would leave out
  const builder = new TreeBuilder(text);
  const events = postprocess(parse(options).document().write(preprocess()(text, undefined, true)));
  events.forEach((_, index) => builder.take(events, index));
  return builder.end();
}

function isTooMuch(text: string): boolean {
  if ((text.match(marks)?.length ?? 0) > maxMarks) return true;
  const nested = Array.from(text.matchAll(beginnings), ([beginning]) => beginning.match(/>|[*+-]|#+|\d+/g)!.length);
  return nested.reduce((sum, each) => sum + each, 0) > maxContainers || nested.some((each) => each > maxNested);
}
