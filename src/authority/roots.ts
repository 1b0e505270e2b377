/**
 * The secrets from which the authorities of all clusters are derived. Which of them signs, and when one comes or goes,
 * follows from their ages alone, so that replicas which never talk to each other agree.
 */

/** A secret of 32 bytes, and when it was made, in milliseconds since 1970. */
export interface Root {
  /** Names it in certificates and in what members say they have; tells nothing of the secret. */
  readonly id: string;
  readonly born: number;
  readonly secret: Buffer;
}

/** Lives and waits, in milliseconds. */
export interface MemberLives {
  /** Of a member's certificate. */
  readonly leaf: number;
  /** Of an authority; the next one is made when half of it is over. */
  readonly authority: number;
  /** How long a root is trusted before it signs: every running member has asked many times by then. */
  readonly overlap: number;
}

/**
 * The root that signs: the youngest that is old enough to be known to every member, else the oldest. One that has ended
 * signs nothing, as after a shorter life was set.
 */
export function signingRoot(roots: readonly Root[], now: number, lives: MemberLives): Root | null {
  const usable = roots.filter((root) => endOf(root, lives) > now);
  const known = usable.filter(({ born }) => born + lives.overlap <= now);
  return youngest(known) ?? usable.toSorted(byAge)[0] ?? youngest(roots);
}

/**
 * The roots as they should be now: another one where the youngest has passed half of its life, and without those whose
 * last certificate has expired. The same list when nothing is to be done.
 */
export function tended(
  roots: readonly Root[],
  now: number,
  lives: MemberLives,
  make: () => Root,
): readonly Root[] {
  const kept = roots.filter((root) => !isOver(root, roots, now, lives));
  const last = youngest(kept);
  if (last === null || now - last.born >= lives.authority / 2) return [...kept, make()];
  return kept.length < roots.length ? kept : roots;
}

/** When certificates of the authority of a root end, in milliseconds since 1970. */
export function endOf({ born }: Root, { authority }: MemberLives): number {
  return born + authority;
}

/** Whether no certificate that it signed can be valid any more: a younger one has signed for longer than they live. */
function isOver(root: Root, roots: readonly Root[], now: number, { leaf, overlap }: MemberLives): boolean {
  return roots.some(({ born }) => born > root.born && born + overlap + leaf <= now);
}

function youngest(roots: readonly Root[]): Root | null {
  return roots.toSorted(byAge).at(-1) ?? null;
}

function byAge(one: Root, other: Root): number {
  return one.born - other.born;
}
