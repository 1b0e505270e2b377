import type { V1Pod } from '@kubernetes/client-node';
import type { CoordinatorParts } from '../context.ts';
import type { Caller } from '../identity.ts';
import { isAlive, memberOf } from '../members.ts';
import { parseCertificate } from '../protocol.ts';
import { NotAMemberError, ownPod } from '../update-record.ts';

/**
 * `certificate`: a member asks for what it proves itself with to the others. Answers `keep SECONDS` where it has that,
 * or `new SECONDS TAG CERTIFICATE KEY AUTHORITIES`, the last three in base64 of PEM; it asks again after so many
 * seconds.
 */
export async function certificate(parts: CoordinatorParts, caller: Caller, body: string): Promise<string> {
  const { cluster, tag } = parseCertificate(body);
  const key = { namespace: caller.namespace, cluster };
  const pod = ownPod(await parts.listPods(key), { caller, key });
  refuseEnded(pod, caller);
  const heard = { ...key, pod: caller.pod, podUid: caller.podUid, said: tag };
  // Before all that may fail: a pod that gets no certificate is the one to know of.
  parts.onCertificate?.({ ...heard, given: null });
  const { pair, askAgainMs } = await parts.certifyMember(cluster, pod, tag);
  // Members need nothing of it, so that none waits for it.
  if (memberOf(pod).tls) void parts.publishAuthorities(caller, cluster, pod);
  const seconds = Math.max(1, Math.floor(askAgainMs / 1_000));
  parts.onAnswer?.('certificate', pair === null ? 'keep' : 'new', null);
  if (pair === null) return `keep ${seconds}`;
  parts.onCertificate?.({ ...heard, given: pair.tag });
  const texts = [pair.certificate, pair.key, pair.authorities].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return ['new', seconds, pair.tag, ...texts].join(' ');
}

/**
 * The API keeps a pod that has ended, and its token, until it is deleted. One that terminates is not there yet: its
 * server may run for hours.
 *
 * @throws NotAMemberError
 */
function refuseEnded(pod: V1Pod, caller: Caller): void {
  if (isAlive(pod)) return;
  throw new NotAMemberError(
    `pod ${caller.namespace}/${caller.pod} has ended (status.phase ${pod.status?.phase}), and no server of it needs a ` +
      'certificate; delete the pod',
  );
}
