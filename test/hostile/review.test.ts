import jsonpatch, { type Operation } from 'fast-json-patch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsOf, POD, responseOf, reviewOf, startWebhook, type Webhook } from './webhook.ts';

let webhook: Webhook;
beforeAll(async () => (webhook = await startWebhook()));
afterAll(() => webhook.close());
const post = (body: unknown) => webhook.post(body);

describe('A. the protocol of admission', () => {
  it('1: a labelled pod is allowed with a patch; uid and version are echoed', async () => {
    const reply = await post(reviewOf());
    expect(JSON.parse(reply.body)).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'review-1', allowed: true, patchType: 'JSONPatch' },
    });
    expect(operationsOf(reply).length).toBeGreaterThan(0);
  });

  it.each([undefined, 'false', 'True', ' TRUE ', 'yes', true, 1])(
    '2, 41, 54: the label %j is not true: allowed, neither patch nor patchType',
    async (galera) => {
      const response = responseOf(await post(reviewOf({ ...POD, metadata: { labels: { galera } } })));
      expect(response).toMatchObject({ allowed: true });
      expect(Object.keys(response)).not.toContain('patch');
      expect(Object.keys(response)).not.toContain('patchType');
    },
  );

  it.each([
    ['3: v1beta1, which is not declared', { ...reviewOf(), apiVersion: 'admission.k8s.io/v1beta1' }],
    ['4: an unknown version', { ...reviewOf(), apiVersion: 'admission.k8s.io/v2' }],
    ['5: another kind', { ...reviewOf(), kind: 'ConversionReview' }],
    ['6: no request', { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }],
    ['6: null for a request', { ...reviewOf(), request: null }],
    ['7: no uid', reviewOf(POD, { uid: undefined })],
    ['7: an empty uid', reviewOf(POD, { uid: '' })],
    ['7: a uid of 10 KB', reviewOf(POD, { uid: 'u'.repeat(10_240) })],
    ['7: a uid with control characters', reviewOf(POD, { uid: 'u\n\u001B[31m' })],
    ['a creation without an object', reviewOf(null)],
  ])('%s is a bad request, and no uid is made up', async (_what, body) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ kind: 'Status', status: 'Failure', code: reply.status });
    expect(reply.body.length).toBeLessThan(300);
  });

  it('8, 17: a response in the request and unknown fields are ignored', async () => {
    const body = { ...reviewOf(POD, { future: { a: 1 } }), response: { uid: 'theirs', allowed: false } };
    expect(responseOf(await post(body))).toMatchObject({ uid: 'review-1', allowed: true });
  });

  it('9: of a key that comes twice the last counts, in every answer', async () => {
    const body = JSON.stringify(reviewOf()).replace('"uid":"review-1"', '"uid":"first","uid":"second"');
    expect(responseOf(await post(body)).uid).toBe('second');
  });

  it.each([
    ['10: a deletion, without an object', { operation: 'DELETE', object: null }],
    ['11: an update', { operation: 'UPDATE' }],
    ['11: pods/status', { operation: 'UPDATE', subResource: 'status' }],
    ['11: pods/ephemeralcontainers', { subResource: 'ephemeralcontainers' }],
    ['11: pods/resize', { subResource: 'resize' }],
    ['12: an exec', { operation: 'CONNECT', kind: { group: '', version: 'v1', kind: 'PodExecOptions' } }],
    ['13: a Deployment', { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }],
  ])('%s is allowed without a patch', async (_what, tweak) => {
    const reply = await post(reviewOf(POD, tweak));
    expect(responseOf(reply)).toMatchObject({ uid: 'review-1', allowed: true });
    expect(operationsOf(reply)).toEqual([]);
  });

  it('14, 20: a dry run and each repetition get the very same answer', async () => {
    const first = await post(reviewOf());
    expect((await post(reviewOf(POD, { dryRun: true }))).body).toBe(first.body);
    for (let turn = 0; turn < 50; turn += 1) expect((await post(reviewOf())).body).toBe(first.body);
  });

  it('15: the namespace is that of the request, whatever the object says', async () => {
    const asked: string[] = [];
    const before = webhook.readContext;
    webhook.readContext = (pod, namespace) => {
      asked.push(namespace);
      return before(pod, namespace);
    };
    await post(reviewOf({ ...POD, metadata: { ...POD.metadata, namespace: 'kube-system' } }));
    webhook.readContext = before;
    expect(asked).toEqual(['shop']);
  });

  it('16: a pod with only generateName is answered', async () => {
    const generated = { ...POD, metadata: { generateName: 'db-', labels: { galera: 'true' } } };
    expect(responseOf(await post(reviewOf(generated))).uid).toBe('review-1');
  });

  it('18: a pod that carries the patch already is allowed without another', async () => {
    const operations = operationsOf(await post(reviewOf())) as Operation[];
    const injected = jsonpatch.applyPatch(structuredClone<unknown>(POD), operations).newDocument;
    expect(operationsOf(await post(reviewOf(injected)))).toEqual([]);
  });
});

describe('B. the content of the pod', () => {
  it.each([undefined, null, [], {}, 'x', [null], [1]])(
    '22: containers %j: denied with a reason',
    async (containers) => {
      const response = responseOf(await post(reviewOf({ ...POD, spec: { containers } })));
      expect(response.allowed).toBe(false);
      expect(response.status?.message).toMatch(/container/);
    },
  );

  it('23, 24: null and absent parents are made before what goes into them', async () => {
    const bare = {
      metadata: { name: 'node1', labels: { galera: 'true' }, annotations: null },
      spec: { containers: [{ name: 'mariadb', image: 'mariadb:11.8', env: null }], volumes: null },
    };
    const reply = await post(reviewOf(bare));
    const operations = operationsOf(reply) as Operation[];
    const patched = jsonpatch.applyPatch(structuredClone(bare), operations, true).newDocument;
    expect(patched.spec.volumes).not.toBeNull();
    expect(patched.metadata.annotations).not.toBeNull();
  });

  it.each(['constructor', '__proto__', 'toString', '0', '-', 'a/b~1'])(
    '27, 28, 29: a container, label and annotation called %j are plain text',
    async (name) => {
      const text = JSON.stringify(reviewOf())
        .replace('"name":"mariadb"', `"name":${JSON.stringify(name)}`)
        .replace(
          '"labels":{',
          `"annotations":{${JSON.stringify(name)}:"x"},"labels":{${JSON.stringify(name)}:"x",`,
        );
      const before = Object.getOwnPropertyNames(Object.prototype);
      expect(responseOf(await post(text))).toMatchObject({ uid: 'review-1' });
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      expect(Object.hasOwn({}, 'x')).toBe(false);
    },
  );

  it('28: nothing under __proto__ is patched or inherited', async () => {
    const proto = '"__proto__":{"galera":"true","containers":[{"name":"db","image":"mariadb:11.8"}]}';
    const text = JSON.stringify(reviewOf({ metadata: { labels: {} }, spec: {} }))
      .replace('"labels":{}', `"labels":{${proto}}`)
      .replace('"spec":{}', `"spec":{${proto}}`);
    const reply = await post(text);
    expect(operationsOf(reply)).toEqual([]);
    expect(responseOf(reply).auditAnnotations['reason']).toBe('not_labelled');
  });

  it('37: a pod of 100 containers, 250 volumes and 1,000 variables is patched', async () => {
    const env = Array.from({ length: 1_000 }, (_, at) => ({ name: `V${at}`, value: 'x' }));
    const others = Array.from({ length: 99 }, (_, at) => ({ name: `c${at}`, image: 'busybox' }));
    const volumes = Array.from({ length: 250 }, (_, at) => ({ name: `v${at}`, emptyDir: {} }));
    const containers = [{ name: 'mariadb', image: 'mariadb:11.8', env }, ...others];
    expect(operationsOf(await post(reviewOf({ ...POD, spec: { containers, volumes } }))).length).toBeLessThan(
      100,
    );
  });

  it('38: an annotation of 1.5 MB is none of ours', async () => {
    const annotations = { note: 'x'.repeat(1_500_000) };
    const reply = await post(reviewOf({ ...POD, metadata: { ...POD.metadata, annotations } }));
    expect(responseOf(reply).allowed).toBe(true);
    expect(reply.body.length).toBeLessThan(64 * 1024);
  });

  it('39: numbers that JavaScript would change are not sent back', async () => {
    const text = JSON.stringify(reviewOf()).replace(
      '"containers":',
      '"priority":9007199254740993,"x":1e400,"y":-0,"z":1.0,"containers":',
    );
    const patch = JSON.stringify(operationsOf(await post(text)));
    expect(patch).not.toContain('900719925474099');
    expect(patch).not.toContain('"/spec/x"');
  });

  it.each([
    ['a lone surrogate', '\\ud800'],
    ['NUL', '\\u0000'],
    ['text that runs backwards', '\\u202e'],
    ['a line separator', '\\u2028'],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('40, 100: %s in a name is neither a fault nor logged raw', async (_what, text) => {
    const before = webhook.lines.length;
    const body = JSON.stringify(reviewOf())
      .replaceAll('"node1"', `"${text}"`)
      .replaceAll('mariadb:11.8', text);
    expect(responseOf(await post(body)).uid).toBe('review-1');
    const added = webhook.lines.slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]?.trimEnd()).toMatch(/^[\u0020-\u2027]{1,1000}$/);
  });

  it('40: bytes that are no UTF-8 are no fault', async () => {
    const [head = '', tail = ''] = JSON.stringify(reviewOf()).split('node1');
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from(tail)]);
    expect((await webhook.post(body)).status).toBe(200);
  });

  it.each(['a\nb', 'a;b#', 'a#b', "a'b", 'a"b', 'a`b`', '$(id)', '../x', 'a%0ab'])(
    '42, 43, 44: the value %j is denied wherever it could reach a file or a shell',
    async (value) => {
      for (const name of ['peers', 'sst-method', 'provider-options', 'size']) {
        const annotations = { [`galera-injector.dev/${name}`]: value };
        const reply = await post(reviewOf({ ...POD, metadata: { ...POD.metadata, annotations } }));
        expect(responseOf(reply).status?.message).toContain(`galera-injector.dev/${name}`);
      }
      const labels = { galera: 'true', 'galera-injector.dev/cluster': value };
      const reply = await post(reviewOf({ ...POD, metadata: { ...POD.metadata, labels } }));
      expect(responseOf(reply)).toMatchObject({ allowed: false });
    },
  );

  it('45: annotations that ask for an image or rights change neither', async () => {
    const plain = operationsOf(await post(reviewOf()));
    const annotations = Object.fromEntries(
      ['image', 'command', 'security-context', 'run-as-user', 'host-path', 'service-account'].map((key) => [
        `galera-injector.dev/${key}`,
        'evil',
      ]),
    );
    const reply = await post(reviewOf({ ...POD, metadata: { ...POD.metadata, annotations } }));
    expect(JSON.stringify(operationsOf(reply))).not.toContain('evil');
    expect(responseOf(reply).allowed).toBe(operationsOf(reply).length > 0);
    expect(plain.length).toBeGreaterThan(0);
  });
});

describe('C. the patch', () => {
  it('52, 55: is nothing but additions, in UTF-8', async () => {
    const reply = await post(reviewOf({ ...POD, metadata: { ...POD.metadata, annotations: { ö: 'ü' } } }));
    expect([...new Set(operationsOf(reply).map(({ op }) => op))]).toEqual(['add']);
  });
});
