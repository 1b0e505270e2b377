export { decideReady, type ReadyDecided } from './ready.ts';
export { decideStart, decideTurn } from './start.ts';
export { isStale } from './reconcile.ts';
