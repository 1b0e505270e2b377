/** Passwords in the environment as plain text. */
import { type JsonObject, objectsAt, quotedList, sentence, text } from '../injection/index.ts';
import { containersOf, type Owner, subjectOf } from './owner.ts';
import type { Found } from './reasons.ts';

/** Names of variables that hold a password itself: not its file, not whether there is one. */
const NAMES = /(PASSWORD|PASSWD|_PASS|_PWD)$/i;
const SWITCHES = /(ALLOW_EMPTY|RANDOM)/i;
/** A value that consists of another variable. */
const REFERENCE = /^\$\([^)]*\)$/;

/** Advice when a variable holds a password as it is; the value is never shown. */
export function passwordAdvice(owner: Owner): Found {
  const names = containersOf(owner)
    .flatMap((container) => objectsAt(container, 'env'))
    .filter(isPassword)
    .map((entry) => text(entry, 'name'));
  if (names.length === 0) return [];
  const message = `${subjectOf(owner)} has a password as plain text in ${quotedList([...new Set(names)])}; use valueFrom.secretKeyRef`;
  return [{ reason: 'password_literal', message: sentence(message) }];
}

function isPassword(entry: JsonObject): boolean {
  const name = text(entry, 'name') ?? '';
  const value = text(entry, 'value') ?? '';
  return NAMES.test(name) && !SWITCHES.test(name) && value !== '' && !REFERENCE.test(value);
}
