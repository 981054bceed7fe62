export { ImClient, newId, type ImClientOptions, type ImEvents } from './client.ts';
export { systemClock, type Clock } from './clock.ts';
export type { WebSocketLike } from './connection.ts';
export { ImError } from './errors.ts';
export type { Presence } from './presence.ts';
export type * from './protocol.ts';
export type { Cause, ConnectionState } from './state.ts';
export type { PageRequest, ReceivedMessage, Timeline } from './timeline.ts';
export { lobby, peerOf } from './timelines.ts';
