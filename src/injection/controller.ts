/** Which owner of an object makes and replaces it. */
import { isObject, member, text } from './json.ts';
import { groupOf, objectAt, objectsAt } from './workload.ts';

/** An owner reference that says `controller: true`; members that are not text are empty. */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The controller of an object, whatever its shape; null where nobody controls it. */
export function controllerOf(object: unknown): Controller | null {
  if (!isObject(object)) return null;
  const found = objectsAt(objectAt(object, 'metadata'), 'ownerReferences').find(
    (one) => member(one, 'controller') === true && text(one, 'kind') && text(one, 'name'),
  );
  if (found === undefined) return null;
  const at = (key: string): string => text(found, key) ?? '';
  return { apiVersion: at('apiVersion'), kind: at('kind'), name: at('name'), uid: at('uid') };
}

/** Whether the controller's pods are to end: nothing else of its group makes pods. */
export function makesEndingPods({ apiVersion }: Pick<Controller, 'apiVersion'>): boolean {
  return groupOf(apiVersion) === 'batch';
}

/** Whether an object of this kind may stand for one state of another, which its own controller is. */
export function isRevision({ kind }: Pick<Controller, 'kind'>): boolean {
  return kind === 'ReplicaSet' || kind === 'ReplicationController';
}
