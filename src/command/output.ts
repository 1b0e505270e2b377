/**
 * The apiVersion of what commands print for programs. A member may be added without a new version; one that goes or means
 * something else takes one.
 */
export const OUTPUT_VERSION = 'output.galera-injector.dev/v1';
