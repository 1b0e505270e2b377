export { decideReady } from './ready.ts';
export { decideStart, decideTurn } from './start.ts';
export { isStale } from './reconcile.ts';
export { isServing } from './members.ts';
export { needsPerson } from './words.ts';
