import './ui/base.css';
import { render } from 'preact';
import { App } from './App.tsx';
import { watchVersion } from './offline/newVersion.ts';
import { restoreVisit } from './offline/visit.ts';
import { client } from './state/im.ts';

await restoreVisit();
render(<App />, document.getElementById('app')!);
client.connect();
watchVersion();
