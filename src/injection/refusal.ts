import type { Reason } from './reasons.ts';
import { sentence } from './text.ts';

/**
 * A pod that cannot be injected as it is written. The steps of the plan throw it and `plan` turns it into a denial;
 * no other error leaves them.
 */
export class Refusal extends Error {
  readonly reason: Reason;

  /** @param message names the field, its value and the remedy */
  constructor(reason: Reason, message: string) {
    super(sentence(message));
    this.name = 'Refusal';
    this.reason = reason;
  }
}
