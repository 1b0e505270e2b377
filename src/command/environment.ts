/** Variables that whoever starts a command in a pod sets for it. */

/** Reads variables, each of which must be there; `setBy` is who sets them, for the error. */
export function requiredIn(env: NodeJS.ProcessEnv, setBy: string): (name: string) => string {
  return (name) => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`${name} is missing; ${setBy} sets it`);
    return value;
  };
}
