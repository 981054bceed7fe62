import { attention } from 'micromark-core-commonmark';
import type { Code, Construct, State, Tokenizer } from 'micromark-util-types';

/** Letters of scripts that put blanks between words; the others may follow a mark, and be followed by one, at once. */
const inWord = /[\p{L}\p{N}]/u;
const withoutBlanks = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Mymr}ー々]/u;
// After these nothing opens: `*.txt`, `*)`, and the second of `**/*.txt`.
const opensNothing = /[\s.,;:!?/\\|&%=+)\]}>-]/u;

const isWord = (code: Code): boolean => isIn(inWord, code) && !isIn(withoutBlanks, code);
const isBlank = (code: Code): boolean => code === null || code < 0 || isIn(/\s/u, code);
// micromark gives UTF-16 units: of a pair either half is a letter to nobody, which lets an emoji stand beside a mark.
const isIn = (set: RegExp, code: Code): boolean => code !== null && code >= 0 && set.test(String.fromCharCode(code));

/**
 * `*em*`, `_em_`, `**strong**`, `~~struck~~`. Where marks open and close is CommonMark's rule made for chats: in Chinese, Japanese and the like anywhere, elsewhere not within a word
 * (`2*3*4`, `snake_case`); not `__init__`, nor a single `~`; and not after a backslash. Pairing them is CommonMark's.
 */
const tokenize: Tokenizer = function (effects, ok) {
  const before = this.previous;
  let length = 0;
  let marker: Code;
  const run: State = (code) => {
    marker ??= code;
    if (length === 0) effects.enter('attentionSequence');
    if (code === marker) {
      length++;
      effects.consume(code);
      return run;
    }
    const token = effects.exit('attentionSequence');
    const counts = (marker === 95 ? length === 1 : marker === 126 ? length === 2 : true) && before !== 92;
    token._open = counts && !isWord(before) && !isIn(opensNothing, code) && !isBlank(code);
    token._close = counts && !isBlank(before) && !isWord(code);
    return ok(code);
  };
  return run;
};

export const emphasis: Construct = { name: 'emphasis', resolveAll: attention.resolveAll!, tokenize };
