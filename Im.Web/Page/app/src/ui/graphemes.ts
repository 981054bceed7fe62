const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter() : undefined;

/** What a reader takes for one character each; code points where the browser cannot tell, as Firefox before 125. */
export const graphemes = (text: string): string[] => (segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : [...text]);
