/** What a reader takes for one character each; code points where the browser cannot tell, as Firefox before 125. */
export const graphemes = (text: string): string[] => ('Segmenter' in Intl && Intl.Segmenter ? Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment) : [...text]);
