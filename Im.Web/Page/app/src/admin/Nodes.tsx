import { useCallback, useRef, useState } from 'preact/hooks';
import { hasVisible, type AdminNode } from '@im/client';
import { nodeHue } from '../node/hue.ts';
import { useDeed } from '../rooms/useDeed.ts';
import { failureText, t } from '../settings/language.ts';
import { Field } from '../ui/Field.tsx';
import { admin } from './api.ts';
import { Fact, Facts, Moment, Tag } from './parts.tsx';
import { a } from './texts.ts';
import { useEvery } from './useEvery.ts';
import { useLoaded } from './useLoaded.ts';

const lookEveryMs = 3_000;
const commitChars = 8;

/** What each node carries, as it is now. */
export function Nodes() {
  const { value: nodes, problem, reload } = useLoaded(useCallback(() => admin.nodes(), []));
  useEvery(lookEveryMs, useCallback(() => void reload(), [reload]));
  return (
    <>
      {problem && <p role="alert" class="admin-failed">{a.value.notRead}</p>}
      {!nodes && !problem && <p class="skeleton admin-skeleton" />}
      {nodes && (
        <p class="quiet admin-total" data-testid="admin-total">
          {nodes.length === 0 ? a.value.noNodes : a.value.total(nodes.length, nodes.reduce((sum, { connections }) => sum + connections, 0))}
        </p>
      )}
      <ul class="admin-nodes" data-testid="admin-nodes" data-count={nodes?.length}>
        {nodes?.map((node) => <Node key={node.id} node={node} />)}
      </ul>
      <Announce />
    </>
  );
}

function Node({ node: { id, name, address, connections, live, draining, started, leaseMs, people, guests, version } }: { node: AdminNode }) {
  return (
    <li class="admin-card" data-testid="admin-node" data-node={name} data-live={live} data-connections={connections}>
      <h3>
        <span class="node-dot" data-node-hue={nodeHue(name)} /> {name} <Tag alert={!live}>{draining ? a.value.draining : live ? a.value.live : a.value.silent}</Tag>
      </h3>
      <Facts>
        <Fact name={a.value.connections}>{connections.toLocaleString()}</Fact>
        <Fact name={a.value.peopleOn}>{people.toLocaleString()}</Fact>
        <Fact name={a.value.guestsOn}>{guests.toLocaleString()}</Fact>
        <Fact name={a.value.version}>{version === undefined ? a.value.never : <span title={version}>{shortVersion(version)}</span>}</Fact>
        <Fact name={a.value.started}><Moment at={started} /></Fact>
        <Fact name={a.value.lease} wide>{a.value.leaseLeft((leaseMs / 1000).toFixed(1))}</Fact>
        <Fact name={a.value.address} wide><code>{address}</code></Fact>
        <Fact name={a.value.id} wide><code>{id}</code></Fact>
      </Facts>
    </li>
  );
}

// 1.0.0+58fe08e1c0ffee…
function shortVersion(version: string): string {
  const [number = '', commit] = version.split('+');
  return commit ? `${number} (${commit.slice(0, commitChars)})` : number;
}

const maxText = 4_000;

function Announce() {
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState('');
  const [done, setDone] = useState(false);
  const { act, busy, failure } = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!hasVisible(text) || !(await act(() => admin.announce(text), failureText))) return;
    setText('');
    setDone(true);
  };
  return (
    <form ref={form} class="admin-part admin-announce" onSubmit={submit} aria-busy={busy}>
      <h3>{a.value.announceTitle}</h3>
      <Field label={a.value.announceText} hint={a.value.announceHint} name="text" data-testid="admin-announce" maxLength={maxText} autocomplete="off" dir="auto" value={text} error={failure} onInput={(event) => (setText(event.currentTarget.value), setDone(false))} />
      <button type="submit" class="button" data-testid="admin-announce-send" disabled={busy || !hasVisible(text)}>{busy ? t.value.wait : a.value.announce}</button>
      {done && <p role="status" class="quiet" data-testid="admin-announced">{a.value.announced}</p>}
    </form>
  );
}
