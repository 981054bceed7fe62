import { signal } from '@preact/signals';
import { store, stored } from '../settings/stored.ts';

const key = 'im.sound';

export const hasSound = signal(stored('local', key) !== 'off');

export function setSound(on: boolean): void {
  hasSound.value = on;
  store('local', key, on ? null : 'off');
}

let context: AudioContext | undefined;

/** Two short notes. Before somebody has touched the page browsers play nothing. */
export function play(): void {
  context ??= new AudioContext();
  const begin = context.currentTime;
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.08, begin);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.35);
  [660, 880].forEach((hertz, index) => {
    const note = context!.createOscillator();
    note.frequency.value = hertz;
    note.connect(volume);
    note.start(begin + index * 0.12);
    note.stop(begin + 0.35);
  });
}
