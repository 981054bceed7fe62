// What can turn the direction of what follows, or end the isolation.
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What people wrote, within a sentence of ours: whatever direction it has, the sentence keeps its own. In elements of its own it is a `bdi`, or has `dir=auto`. */
export const isolated = (text: string): string => `\u2068${text.replace(directionMarks, '')}\u2069`;
