/** As names are compared when one looks for them: without case, width, accents and blanks. */
export const folded = (text: string): string => text.normalize('NFKD').replace(/[\p{M}\s]/gu, '').toLowerCase();
