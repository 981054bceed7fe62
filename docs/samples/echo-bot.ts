// Logs in, listens, answers "ping" in the lobby with "pong", and ends when its session is signed out. Needs @im/client, and ws for a WebSocket that sends headers.
// IM_PASSWORD=… node echo-bot.js https://chat.example echo-bot
import { BearerToken, ImClient, lobby, textOf, type ImError } from '@im/client';
import { WebSocket } from 'ws';

const [origin = 'http://localhost:20460', nickname = 'echo-bot'] = process.argv.slice(2);
const password = process.env['IM_PASSWORD']; // not an argument: other users of the machine can read those
if (!password) throw new Error('IM_PASSWORD is not set.');

const im = new ImClient({
  origin,
  bearer: new BearerToken(),
  direct: true, // not by the gateway, where there is a way
  webSocket: (url, headers, protocols) => new WebSocket(url, protocols, { headers }),
  maxFillEvents: Infinity,
});

im.on('state', ({ phase, node, cause }) => {
  console.log(phase, node ?? cause ?? '');
  if (phase === 'closed' && cause !== 'signed_out') process.exitCode = 1; // nothing keeps the process now
});

im.on('event', ({ event }) => {
  if (event.conversation !== 'lobby' || textOf(event) !== 'ping') return;
  im.send(lobby, 'pong').catch((error: ImError) => console.error('not sent:', error.code));
});

await im.login(nickname, password, 'says pong');
