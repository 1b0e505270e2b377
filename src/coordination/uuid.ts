import { type StateUuid, ZERO_UUID } from './types.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The text as a state uuid, or null when it is none (the zero uuid is none). */
export function parseStateUuid(text: string): StateUuid | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) && lower !== ZERO_UUID ? (lower as StateUuid) : null;
}
