/**
 * What lies over the page, and closes on Back: each dialog or pane has an entry of its own in the browser's history, with the same address. `{ layers: n }` in an entry's state
 * says how many there are; what an entry had before them is kept.
 */
export interface Entry {
  readonly layers?: number;
  /** The entry below is the list of conversations. */
  readonly overList?: boolean;
}

const givenUpMs = 1_000;
const layers: (() => void)[] = [];
let steps: Promise<void> = Promise.resolve();
let isOurs = false;

export const entry = (): Entry => (history.state as Entry | null) ?? {};

/** A step in the history that we take ourselves. Going back takes time, so they wait for one another. */
export function inOrder(step: () => void | Promise<void>): void {
  steps = steps.then(step).catch(() => {}); // a browser may refuse too many at once: Back leads elsewhere then, and that is all
}

export async function goBack(count: number): Promise<void> {
  isOurs = true;
  await new Promise((done) => {
    addEventListener('popstate', done, { once: true });
    setTimeout(done, givenUpMs); // nothing to go back to
    history.go(-count);
  });
  isOurs = false;
}

/** @returns what is to be called when it has been closed otherwise. */
export function openLayer(close: () => void): () => void {
  layers.push(close);
  settle();
  return () => {
    const at = layers.indexOf(close);
    if (at < 0) return;
    layers.splice(at, 1);
    settle();
  };
}

/** Where one goes to another place, nothing lies over it. */
export function closeLayers(left = 0): void {
  for (const close of layers.splice(left).reverse()) close();
  settle();
}

/** Back was pressed, or another step in the history taken that is not ours. */
export function onStep(take: () => void): void {
  addEventListener('popstate', () => {
    if (isOurs) return;
    closeLayers(entry().layers ?? 0);
    take();
  });
}

// One dialog that follows another closes and opens within the same moment, and takes its entry over.
function settle(): void {
  inOrder(async () => {
    const there = entry().layers ?? 0;
    for (let n = there + 1; n <= layers.length; n++) history.pushState({ ...entry(), layers: n }, '');
    if (there > layers.length) await goBack(there - layers.length);
  });
}

// A page that is loaded anew stands where a layer was, and has none.
if (entry().layers) settle();
