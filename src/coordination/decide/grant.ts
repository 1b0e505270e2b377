import type { Answer, Report, Situation } from '../types.ts';

/** A bootstrap with the data there is, or under an identity that was never used when there is none. */
export function grant(situation: Situation, report: Report, why: string, byHand = false): Answer {
  const fresh = report.data.kind === 'empty' || report.data.kind === 'unusable';
  const as = fresh && report.identity === 'chosen' ? situation.freshUuid : null;
  return { kind: 'bootstrap', as, byHand, why };
}
