/** Of a browser as much as the page's state asks for while it is loaded in Node; to be imported before it. */
const nothing = () => {};
Object.assign(globalThis, {
  location: new URL('http://im.test/#/lobby'),
  history: { replaceState: nothing },
  document: { addEventListener: nothing, documentElement: {} },
  addEventListener: nothing,
  matchMedia: () => ({ matches: false, addEventListener: nothing }),
});
globalThis.navigator ??= { languages: ['en'] as readonly string[] } as Navigator; // newer Nodes have one
