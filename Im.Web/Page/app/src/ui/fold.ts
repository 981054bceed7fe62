const marks = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]\p{Mn}*)\p{Mn}/gu;

/**
 * A text as it is looked for: without case, width, accents, invisible characters, and with single blanks. Marks that are part of the spelling stay: `が` is not `か`.
 * Compare a folded text with a folded text only.
 */
export const folded = (text: string): string =>
  text.normalize('NFKD').replace(marks, '').normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').replace(/\p{Default_Ignorable_Code_Point}/gu, '').replace(/\s+/g, ' ').trim();
