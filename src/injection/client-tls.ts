/** The annotation `client-tls`: whether the server takes clients without TLS over the network. */
import type { Wishes } from './annotations.ts';
import type { Database } from './database-container.ts';
import { PREFIX } from './names.ts';
import { wordsOf } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './target.ts';
import { quoted } from './text.ts';

const SWITCHED_OFF =
  /^--(loose[-_])?((skip|disable)[-_]require[-_]secure[-_]transport|require[-_]secure[-_]transport=(0|off|false|no))$/i;

/** @throws Refusal `annotation_invalid` where clients must use TLS and the server has none, or an argument says otherwise */
export function refuseClientTls(
  { container, flavor }: Pick<Database, 'container' | 'flavor'>,
  wishes: Wishes,
  tls: Target['tls'],
): void {
  if (wishes['client-tls'] !== 'required') return;
  const wish = `Annotation ${PREFIX}client-tls is "required"`;
  if (tls !== 'on') {
    const remedy = flavor.speaksTls ? `set annotation ${PREFIX}tls to "on", or remove this one` : 'remove it';
    throw new Refusal('annotation_invalid', `${wish}, but the servers have no TLS; ${remedy}`);
  }
  const contrary = wordsOf(container).find((word) => SWITCHED_OFF.test(word));
  if (contrary === undefined) return;
  const where = `container ${quoted(container.name)} has the argument ${quoted(contrary)}`;
  throw new Refusal('annotation_invalid', `${wish}, but ${where}; remove one of them`);
}
