/** What is injected follows the pod: no rule of a cluster refuses the injected container that lets the database pass. */
import { describe, expect, test } from 'vitest';
import { type InjectedSettings, plan } from '../../src/injection/index.ts';
import { ADMISSION_RULES, qosClass } from './admission-rules.ts';
import { after, applied, CONTEXT, injected, pod, type Pod, SETTINGS } from './pods.ts';

const HARDENED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const SECCOMP = { seccompProfile: { type: 'RuntimeDefault' } };
const AMOUNTS = { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '1Gi' };

/** A pod with this security context, and with these fields in its database container. */
function shape(ofPod: object, ofContainer: object): Pod {
  return pod(({ spec }) => {
    spec['securityContext'] = ofPod;
    Object.assign(spec.containers[0], ofContainer);
  });
}

/** Pods that clusters let pass, by what lets them pass. A further one is one line. */
const PASSING: readonly (readonly [rule: string, what: string, subject: Pod])[] = [
  [
    'PodSecurity restricted',
    'all in the pod',
    shape({ runAsNonRoot: true, ...SECCOMP }, { securityContext: HARDENED }),
  ],
  [
    'PodSecurity restricted',
    'all in the container',
    shape({}, { securityContext: { ...HARDENED, ...SECCOMP, runAsNonRoot: true } }),
  ],
  ['OpenShift restricted-v2', 'no uid', shape({}, { securityContext: HARDENED })],
  [
    'OpenShift restricted-v2',
    'the uid in the pod',
    shape(
      { runAsUser: 1000920000, fsGroup: 1000920000, runAsNonRoot: true, ...SECCOMP },
      { securityContext: HARDENED },
    ),
  ],
  [
    'OpenShift restricted-v2',
    'the uid in the container',
    shape({ fsGroup: 1000920000 }, { securityContext: { ...HARDENED, runAsUser: 1000920000 } }),
  ],
  [
    'OpenShift restricted-v2',
    'the level in the container',
    shape({}, { securityContext: { seLinuxOptions: { level: 's0:c30,c20' } } }),
  ],
  ['OpenShift anyuid', 'an image that starts as root', shape({}, {})],
  ['OpenShift anyuid', 'root by the pod', shape({ runAsUser: 0 }, {})],
  ['kubelet', 'a pod that is root', shape({ runAsUser: 0 }, {})],
  ['kubelet', 'a database that is root', shape({ runAsUser: 999 }, { securityContext: { runAsUser: 0 } })],
  ['kubelet', 'both', shape({ runAsUser: 0 }, { securityContext: { runAsUser: 0 } })],
  [
    'LimitRange',
    'requests and limits',
    shape({}, { resources: { requests: AMOUNTS, limits: { ...AMOUNTS, cpu: '1' } } }),
  ],
  ['ResourceQuota', 'limits alone', shape({}, { resources: { limits: AMOUNTS } })],
];

describe('a pod that passes', () => {
  test.each(PASSING)('%s with %s passes it when it is injected', (name, _what, subject) => {
    const rule = ADMISSION_RULES[name];
    expect(rule?.(subject)).toEqual([]);
    expect(rule?.(after(subject))).toEqual([]);
  });

  test.each(Object.keys(ADMISSION_RULES))('%s is in the table', (name) => {
    expect(PASSING.map(([rule]) => rule)).toContain(name);
  });
});

describe('the rules of the table refuse', () => {
  const refused: readonly (readonly [rule: string, field: string, ofPod: object, ofContainer: object])[] = [
    ['PodSecurity restricted', 'seccompProfile', { runAsNonRoot: true }, { securityContext: HARDENED }],
    ['OpenShift restricted-v2', 'runAsUser', {}, { securityContext: { ...HARDENED, runAsUser: 65532 } }],
    ['OpenShift restricted-v2', 'fsGroup', { fsGroup: 999 }, {}],
    ['OpenShift anyuid', 'seccompProfile', {}, { securityContext: SECCOMP }],
    [
      'LimitRange',
      'resources of cpu',
      {},
      { resources: { requests: AMOUNTS, limits: { ...AMOUNTS, cpu: '8' } } },
    ],
    [
      'ResourceQuota',
      'limits of ephemeral-storage',
      {},
      { resources: { limits: { cpu: '1', memory: '1Gi' } } },
    ],
  ];

  test.each(refused)('%s: %s', (name, field, ofPod, ofContainer) => {
    const found = ADMISSION_RULES[name]?.(shape(ofPod, ofContainer)).map((complaint) => complaint.field);
    expect(found).toContain(field);
  });
});

describe('the class of service stays', () => {
  test.each<[string, object]>([
    ['BestEffort', {}],
    ['Burstable', { requests: { cpu: '100m' } }],
    ['Burstable', { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } }],
    ['Guaranteed', { limits: { cpu: '2', memory: '4Gi' } }],
  ])('%s with %j', (expected, resources) => {
    const subject = shape({}, { resources });
    expect([qosClass(subject), qosClass(after(subject))]).toEqual([expected, expected]);
  });
});

/** The injected container under these settings of the installation. */
function initUnder(subject: Pod, ours: Partial<InjectedSettings>) {
  const settings = { ...SETTINGS, injected: { ...SETTINGS.injected, ...ours } };
  const decision = plan(subject, CONTEXT, settings);
  if (decision.kind !== 'inject') throw new Error(decision.message);
  return applied(subject, decision.operations);
}

describe('the injected container', () => {
  const init = (subject: Pod) => after(subject).spec.initContainers[0];

  test('takes cpu, memory and storage of the database container, and nothing that devices are', () => {
    const amounts = { cpu: '2', memory: '4Gi', 'hugepages-2Mi': '1Gi', 'nvidia.com/gpu': '1' };
    expect(init(shape({}, { resources: { limits: amounts, claims: [{ name: 'x' }] } }))).toMatchObject({
      resources: { limits: { cpu: '2', memory: '4Gi' } },
    });
  });

  test('has the user, the group and the SELinux label of the database container', () => {
    const securityContext = { runAsUser: 1001, runAsGroup: 1002, seLinuxOptions: { type: 'db_t' } };
    expect(init(shape({}, { securityContext }))).toMatchObject({ securityContext });
  });

  test.each(['seccompProfile', 'appArmorProfile'])('gets no %s that was made for a database', (profile) => {
    const securityContext = { [profile]: { type: 'Localhost', localhostProfile: 'mariadb.json' } };
    for (const subject of [shape(securityContext, {}), shape({}, { securityContext })])
      expect(init(subject)?.['securityContext']).toMatchObject({ [profile]: { type: 'RuntimeDefault' } });
  });

  test.each(['seccompProfile', 'appArmorProfile'])('has no %s where the database has none', (profile) => {
    for (const ofContainer of [{}, { securityContext: { [profile]: { type: 'Unconfined' } } }])
      expect(init(shape({}, ofContainer))?.['securityContext']).not.toHaveProperty(profile);
  });

  test('has what the installation sets in place of what follows the pod', () => {
    const resources = { requests: { cpu: '20m' }, limits: { memory: '96Mi' } };
    const securityContext = { runAsUser: 12, seccompProfile: { type: 'Localhost', localhostProfile: 'x' } };
    const subject = shape(SECCOMP, { securityContext: { runAsUser: 999 }, resources: { limits: AMOUNTS } });
    const [container] = initUnder(subject, { resources, securityContext }).spec.initContainers;
    expect([container?.['resources'], container?.['securityContext']]).toEqual([resources, securityContext]);
  });
});

describe('the pull secrets of the installation', () => {
  const secrets = (own: unknown) => {
    const subject = pod(({ spec }) => void (spec['imagePullSecrets'] = own));
    return initUnder(subject, { imagePullSecrets: ['ours', 'both'] }).spec;
  };

  test.each<[string, unknown, readonly string[]]>([
    ['has none', undefined, ['ours', 'both']],
    ['has others', [{ name: 'theirs' }], ['theirs', 'ours', 'both']],
    ['has one of them', [{ name: 'both' }], ['both', 'ours']],
    ['has all of them', [{ name: 'both' }, { name: 'ours' }], ['both', 'ours']],
  ])('are added where the pod %s', (_what, own, expected) => {
    expect(secrets(own)).toMatchObject({ imagePullSecrets: expected.map((name) => ({ name })) });
  });

  test('are none unless they are set', () => {
    expect(injected(pod()).operations.map(({ path }) => path)).not.toContain('/spec/imagePullSecrets');
  });
});
