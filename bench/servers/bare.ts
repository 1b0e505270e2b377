/** The least that a webhook can do: parse the review, answer a constant patch. The measure for everything else. */
import { createServer } from 'node:https';
import { pair, settings } from './settings.ts';

const { key, certificate } = pair();
const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels/a', value: 'b' }]));

const server = createServer({ key, cert: certificate, keepAliveTimeout: 95_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { request: { uid: string } };
    const body = JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: review.request.uid,
        allowed: true,
        patchType: 'JSONPatch',
        patch: patch.toString('base64'),
      },
    });
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(settings().port);
