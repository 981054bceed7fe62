const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter() : undefined; // Firefox has it from 125 on

/** What a person sees as one character each: 👩‍🚀 is one. Where the browser cannot tell, code points. */
export const graphemes = (text: string): string[] => (segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : [...text]);
