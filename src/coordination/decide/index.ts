export { decideReady, type ReadyDecided } from './ready.ts';
export { decideStart, decideTurn } from './start.ts';
