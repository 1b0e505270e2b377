/** Deployments that start a further pod before they stop one. */
import { member, objectAt, quoted, sentence, text } from '../injection/index.ts';
import { type Owner, subjectOf } from './owner.ts';
import type { Found } from './reasons.ts';

/** What the API fills in for both fields (kubernetes `pkg/apis/apps/v1/defaults.go`). */
const DEFAULT_TYPE = 'RollingUpdate';
const DEFAULT_SURGE = '25%';

/** Advice for a Deployment whose rollout surges. */
export function rolloutAdvice(owner: Owner): Found {
  if (owner.kind !== 'Deployment') return [];
  const strategy = objectAt(objectAt(owner.json, 'spec'), 'strategy');
  if ((text(strategy, 'type') ?? DEFAULT_TYPE) !== DEFAULT_TYPE) return [];
  const surge = member(objectAt(strategy, 'rollingUpdate'), 'maxSurge') ?? DEFAULT_SURGE;
  if (!isAboveZero(surge)) return [];
  const message = `${subjectOf(owner)}: maxSurge ${quoted(surge)} adds a member at each rollout; set maxSurge: 0, maxUnavailable: 1`;
  return [{ reason: 'surge', message: sentence(message) }];
}

/** A percentage is rounded up, so any other than zero is at least one pod. */
function isAboveZero(surge: unknown): boolean {
  return typeof surge === 'number' ? surge > 0 : typeof surge === 'string' && /[1-9]/.test(surge);
}
