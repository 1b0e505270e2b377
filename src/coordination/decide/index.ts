export { isServing, staying } from './facts.ts';
export { hasMissed, isRunning } from './generations.ts';
export { decideReady } from './ready.ts';
export { decideStart, decideTurn } from './start.ts';
export { decideStalled, mayLackQuorum } from './stalled.ts';
export { isStale } from './transitions.ts';
export { isViewOver } from './view.ts';
