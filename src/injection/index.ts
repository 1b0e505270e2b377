/** The pure core: pod, context and settings in, decision out. */
export * from './names.ts';
export { plan } from './plan.ts';
export { REASONS, type Reason } from './reasons.ts';
export { quoted, singleLine } from './text.ts';
export type * from './types.ts';
