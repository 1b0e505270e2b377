/** Bounds on what is held and worked on at one time. Each endpoint has its own, so that none can starve another. */

/** Bytes of bodies, small and large ones counted apart. */
export interface Budget {
  share(size: 'small' | 'large'): Share;
}

/** What one request holds. */
export interface Share {
  /** False when the bytes would exceed the budget; then nothing is taken. */
  take(bytes: number): boolean;
  /** Gives everything back; calling it again changes nothing. */
  release(): void;
}

/** A budget of so many bytes. */
export function createBudget(limits: Readonly<Record<'small' | 'large', number>>): Budget {
  const used = { small: 0, large: 0 };
  return {
    share(size) {
      let held = 0;
      let released = false;
      return {
        take(bytes) {
          if (released || used[size] + bytes > limits[size]) return false;
          held += bytes;
          used[size] += bytes;
          return true;
        },
        release() {
          used[size] -= held;
          held = 0;
          released = true;
        },
      };
    },
  };
}

/** A number of places; work without a place is not begun. */
export interface Gate {
  /** Runs the work if there is a place, else returns null at once. */
  enter<T>(work: () => Promise<T>): Promise<T> | null;
}

/** A gate with so many places. */
export function createGate(places: number): Gate {
  let taken = 0;
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
    }
  };
  return { enter: (work) => (taken < places ? run(work) : null) };
}
