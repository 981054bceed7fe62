import { ImError } from './errors.ts';
import type { Outbox } from './outbox.ts';
import type { NodeFrame, PresenceFrame, SessionFrame } from './protocol.ts';
import type { ImEvents } from './options.ts';
import type { Timeline } from './timeline.ts';
import { isRoom, type Timelines } from './timelines.ts';

/** What becomes of a frame is in other hands: these. */
export interface FramePort {
  readonly outbox: Outbox;
  readonly timelines: Timelines;
  me(): string | undefined;
  presence(frame: PresenceFrame): void;
  session(frame: SessionFrame): void;
  /** The user has read so far. */
  read(timeline: Timeline, line: number): void;
  /** The user has put the position back to there. */
  unread(timeline: Timeline, line: number): void;
  emit<Name extends keyof ImEvents>(name: Name, payload: ImEvents[Name]): void;
}

/** Brings each frame of a node to the part that it is for. */
export function takeFrame(frame: NodeFrame, { outbox, timelines, me, presence, session, read, unread, emit }: FramePort): void {
  switch (frame.type) {
    case 'event': {
      const { type: _, ...event } = frame;
      timelines.accept(event, me());
      break;
    }
    case 'ack':
    case 'lines':
    case 'events':
    case 'conversations':
    case 'people':
      outbox.answer(frame.id, frame);
      break;
    case 'error':
      if (frame.id === undefined) emit('refused', new ImError(frame.code, frame.message, frame.retryAfterMs));
      else outbox.refuse(frame);
      break;
    case 'presence':
      presence(frame);
      break;
    case 'session':
      session(frame);
      break;
    case 'read': {
      const timeline = timelines.find(frame.conversation);
      if (timeline) read(timeline, frame.line);
      break;
    }
    case 'unread': {
      const timeline = timelines.find(frame.conversation);
      if (timeline) unread(timeline, frame.line - 1);
      break;
    }
    case 'way':
      emit('way', frame);
      break;
    case 'typing': {
      if (frame.from.id === me()) break;
      emit('typing', { timeline: timelines.link(frame.conversation, isRoom(frame.conversation) ? undefined : frame.from.id), from: frame.from });
      break;
    }
    case 'seen':
      emit('seen', { timeline: timelines.link(frame.conversation, frame.user), user: frame.user, line: frame.line });
      break;
    case 'person':
      emit('person', { user: frame.user, what: frame.what });
      break;
    case 'settings': {
      const { type: _, ...settings } = frame;
      emit('settings', settings);
      break;
    }
    case 'invitation':
      emit('invitation', { conversation: frame.conversation, title: frame.title, by: frame.by });
      break;
    case 'announcement':
      emit('announcement', { text: frame.text, at: frame.at });
      break;
  }
}
