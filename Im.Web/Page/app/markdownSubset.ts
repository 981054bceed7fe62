import type { Plugin } from 'vite';

// What `disable` of src/text/markdown.ts switches off. micromark imports all of CommonMark: a third of it, 4 KB gzip, would never run.
const unused = /micromark-core-commonmark\/lib\/(autolink|character-escape|character-reference|code-indented|definition|hard-break-escape|html-flow|html-text|label-end|label-start-image|label-start-link|setext-underline)\.js$/;

/** Leaves out of the bundle the parts of Markdown that no text has. */
export const markdownSubset: Plugin = {
  name: 'markdown-subset',
  load(id) {
    const file = unused.exec(id)?.[1];
    if (!file) return null;
    const name = file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    return `export const ${name} = { name: '${name}', tokenize: (effects, ok, nok) => nok };`;
  },
};
