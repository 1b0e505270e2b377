/**
 * Reading of unvalidated JSON. Admission sees a pod before its validation, so every field may have any type; and only
 * own members count, so that a label called `constructor` is a label and nothing else.
 */
import { Refusal } from './refusal.ts';
import { quoted } from './text.ts';
import type { JsonObject } from './types.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member, or undefined. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A member that is text, or undefined. */
export function text(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === 'string' ? value : undefined;
}

/**
 * A member that must be an object where it is present; null counts as absent, as it does for the API.
 *
 * @param field the path of the member, for the message
 * @throws Refusal `malformed_pod`
 */
export function optionalObject(object: JsonObject, key: string, field: string): JsonObject | undefined {
  const value = member(object, key);
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw new Refusal('malformed_pod', `${field} is ${quoted(value)}, and must be an object`);
}

/**
 * A member that must be a list where it is present; null counts as absent.
 *
 * @throws Refusal `malformed_pod`
 */
export function optionalList(object: JsonObject, key: string, field: string): readonly unknown[] | undefined {
  const value = member(object, key);
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new Refusal('malformed_pod', `${field} is ${quoted(value)}, and must be a list`);
}

/** The objects of a list member; entries of another type are passed over (the API refuses or empties them). */
export function objects(object: JsonObject, key: string, field: string): readonly JsonObject[] {
  return (optionalList(object, key, field) ?? []).filter(isObject);
}

/**
 * A list of texts, empty where absent.
 *
 * @throws Refusal `malformed_pod`
 */
export function texts(object: JsonObject, key: string, field: string): readonly string[] {
  const list = optionalList(object, key, field) ?? [];
  return list.map((value, index) => {
    if (typeof value === 'string') return value;
    throw new Refusal('malformed_pod', `${field}[${index}] is ${quoted(value)}, and must be text`);
  });
}
