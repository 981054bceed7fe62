import { lobby } from '@im/client';
import { render } from 'preact';
render(<p>{JSON.stringify(lobby)}</p>, document.getElementById('app')!);
