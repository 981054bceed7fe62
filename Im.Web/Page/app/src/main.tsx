import './ui/base.css';
import { render } from 'preact';
import { App } from './App.tsx';
import { client } from './state/im.ts';

render(<App />, document.getElementById('app')!);
client.connect();
