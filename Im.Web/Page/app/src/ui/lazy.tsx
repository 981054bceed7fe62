import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { isOutdated, lookForNewVersion } from '../offline/newVersion.ts';
import { t } from '../settings/language.ts';
import { Dialog } from './Dialog.tsx';

/** What stands in the place of a part of the page while its code is fetched, and when that failed. */
type Waiting<Props> = FunctionComponent<{ props: Props; failed: boolean; retry: () => void }>;

/** What is fetched sooner than this is waited for without a word. */
const saidAfterMs = 250;

/**
 * A part of the page whose code is fetched when it is first shown, so that nobody waits for it before. Where that fails it says so, and can be tried again, or the page reloaded, as
 * after a new build, whose server has the old parts no longer.
 */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>, Wait: Waiting<Props> = Missing): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props: Props) {
    const [state, setState] = useState<'quiet' | 'slow' | 'failed' | 'loaded'>('quiet');
    // A browser that failed once may not ask again for a module of the same page: then the page is loaded anew, if there is a server to load it from.
    const fetchIt = (again: boolean) => {
      if (Loaded) return;
      setState('quiet');
      const timer = setTimeout(() => setState('slow'), saidAfterMs);
      const done = (part: FunctionComponent<Props>) => {
        Loaded = part;
        setState('loaded');
      };
      const failed = async () => {
        setState('failed');
        if ((await lookForNewVersion()) && again) location.reload();
      };
      void load().then(done, failed).finally(() => clearTimeout(timer));
    };
    useEffect(() => fetchIt(false), []);
    if (Loaded) return <Loaded {...props} />;
    return state === 'quiet' ? null : <Wait props={props} failed={state === 'failed'} retry={() => fetchIt(true)} />;
  };
}

/** As {@link lazy}: a dialog, which can be closed while it is waited for. */
export const lazyDialog = <Props extends { onClose: () => void }>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> =>
  lazy<Props>(load, ({ props, failed, retry }) => (
    <Dialog title={failed ? t.value.partMissing : t.value.wait} onClose={props.onClose}>
      {failed ? <Missing failed retry={retry} /> : <p class="skeleton skeleton-line" />}
    </Dialog>
  ));

function Missing({ failed, retry }: { failed: boolean; retry: () => void }) {
  if (!failed) return null;
  const outdated = isOutdated.value;
  return (
    <div data-testid="part-missing" data-outdated={outdated}>
      <p role="alert">{outdated ? t.value.newVersion : t.value.partMissingHint}</p>
      <button type="button" class="link-button" data-testid="part-retry" onClick={outdated ? () => location.reload() : retry}>
        {outdated ? t.value.reload : t.value.retry}
      </button>
    </div>
  );
}
