/** The pure core: pod, context and settings in, decision out. */
export * from './names.ts';
export { plan } from './plan.ts';
export { REASONS, type Reason } from './reasons.ts';
export { FLAVORS, flavorById } from './flavors/index.ts';
export type { Flavor } from './flavors/types.ts';
export { ANNOTATIONS, type AnnotationName } from './annotations.ts';
export { commonName, numberedName, parseNumbered, type NumberedName } from './numbered.ts';
export { quoted, sentence, singleLine } from './text.ts';
export type * from './types.ts';
