/**
 * What lies over the page, and closes on Back: each dialog or pane has an entry of its own in the browser's history, with the same address. `{ layers: n }` in an entry's state
 * says how many there are; what an entry had before them is kept.
 */
export interface Entry {
  readonly layers?: number;
  /** The entry below is the list of conversations. */
  readonly overList?: boolean;
}

const givenUpMs = 5_000;
const layers: (() => void)[] = [];
let steps: Promise<unknown> = Promise.resolve();
/** Ends the wait for a step back of our own. */
let arrived: (() => void) | undefined;
/** How often the address was changed by somebody else: typed, or by a link of another page. */
let changes = 0;
/** It was while a step of our own was on its way. */
let changedTo: string | undefined;

export const entry = (): Entry => (history.state as Entry | null) ?? {};

/** A step in the history that we take ourselves. Going back takes time, so they wait for one another; where somebody else changes the address meanwhile, that holds. */
export function inOrder(step: () => void | Promise<unknown>): void {
  const then = changes;
  queue(() => (changes === then ? step() : undefined));
}

function queue(step: () => void | Promise<unknown>): void {
  steps = steps.then(step).catch(() => {}); // a browser may refuse too many at once: Back leads elsewhere then, and that is all
}

/** @returns Whether that is where we are: not where somebody else has changed the address meanwhile. */
export async function goBack(count: number): Promise<boolean> {
  await new Promise<void>((done) => {
    arrived = done;
    setTimeout(done, givenUpMs); // nothing to go back to
    history.go(-count);
  });
  arrived = undefined;
  const address = changedTo;
  changedTo = undefined;
  // Our step may have led away from there again.
  if (address !== undefined && address !== location.hash) history.pushState({}, '', address);
  return address === undefined;
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

/** Back was pressed, or another step in the history taken that is not ours, or the address was changed. */
export function onStep(take: () => void): void {
  const step = () => {
    closeLayers(entry().layers ?? 0);
    take();
  };
  // Every entry of ours has a state, and one that somebody else has made has none.
  const changed = () => {
    if (history.state !== null) return false;
    history.replaceState({}, '');
    changes++;
    if (arrived) changedTo = location.hash;
    step();
    return true;
  };
  addEventListener('popstate', () => {
    if (changed()) return;
    if (arrived) arrived();
    else step();
  });
  addEventListener('hashchange', changed); // where there was no `popstate` for it
}

// One dialog that follows another closes and opens within the same moment, and takes its entry over.
function settle(): void {
  queue(async () => {
    const there = entry().layers ?? 0;
    for (let n = there + 1; n <= layers.length; n++) history.pushState({ ...entry(), layers: n }, '');
    if (there > layers.length) await goBack(there - layers.length);
  });
}

if (history.state === null) history.replaceState({}, '');
// A page that is loaded anew stands where a layer was, and has none.
if (entry().layers) settle();
