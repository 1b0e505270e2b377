import { describe, expect, test } from 'vitest';
import { decide, pod, type Pod, withFields } from '../../test/injection/pods.ts';

const shell = (text: string) => withFields({ command: ['bash', '-ec'], args: [text] });
const exec = (...command: readonly string[]) => ({ exec: { command } });
const withOther = (list: string, fields: object) =>
  pod(({ spec }) => {
    spec[list] = [...((spec[list] ?? []) as unknown[]), { name: 'other', image: 'busybox', ...fields }];
  });

const STATE = '/var/lib/mysql/grastate.dat';
const MARK = 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/';

/** What writes the file, and what only reads it, wherever that stands. */
const WRITERS: readonly (readonly string[])[] = [
  ['sed', '-i', MARK, STATE],
  ['sed', MARK, '-i', STATE],
  ['sed', '-i', 's/bootstrap: 0/bootstrap: 1/', STATE],
  ['perl', '-pi', '-e', 's/bootstrap: 0/bootstrap: 1/', STATE],
  ['cp', '/config/grastate.dat', STATE],
  ['cp', '/config/grastate.dat', '/var/lib/mysql/'],
  ...[
    `sed -e '${MARK}' -i ${STATE}`,
    `sed -i "s/\\(bootstrap:\\).*/\\1 1/" ${STATE}`,
    `sed -i '/a/d;/^safe/s/0/1/' ${STATE}`,
    `sed --in-place=.bak 's|0$|1|' ${STATE}`,
    `F=${STATE}; sed -i 's/0$/1/' "$F"`,
    `for f in ${STATE}; do sed -i 's/0$/1/' "\${f}"; done`,
    `find /var/lib/mysql -name 'grastate*' -exec sed -i 's/0$/1/' {} +`,
    `perl -pi -e 's/0$/1/' ${STATE}`,
    `echo 'safe_to_bootstrap: 1' | tee -a ${STATE}`,
    `cat > ${STATE} <<EOF
version: 2.1
safe_to_bootstrap: 1
EOF`,
    `echo "$STATE_OF_BACKUP" >"${STATE}"`,
    `awk '/safe_to/{print "safe_to_bootstrap: 1"; next} {print}' ${STATE} > /tmp/g; mv /tmp/g ${STATE}`,
    `awk '{sub(/0$/, "1")} 1' ${STATE} > /tmp/g && mv -f /tmp/g ${STATE}`,
    `python3 -c "p='${STATE}'; s=open(p).read(); open(p, 'w').write(s.replace(': 0', ': 1'))"`,
    `(cd /var/lib/mysql; ed -s grastate.dat <<< $'/safe/s/0/1/\nw')`,
    `dd if=/config/state of=${STATE}`,
    `grep -q "safe_to_bootstrap: 0" ${STATE} && sed -i 's/0$/1/' ${STATE}`,
    `su mysql -c "sed -i 's/0$/1/' ${STATE}"`,
  ].map((text) => ['sh', '-c', text]),
];
const READERS: readonly (readonly string[])[] = [
  ['grep', '-q', 'safe_to_bootstrap: 1', STATE],
  ['sed', '-n', '/safe_to_bootstrap/p', STATE],
  ['cp', STATE, '/backup/'],
  ['cat', STATE],
  ...[
    `grep safe_to_bootstrap ${STATE} > /tmp/x`,
    `cat ${STATE} | sed -n "s/safe_to_bootstrap: //p" > /metrics/g.prom`,
    `awk "/safe_to_bootstrap/{print $2}" ${STATE} > /tmp/s`,
    `awk '/safe_to_bootstrap: 1/ {print "may"}' ${STATE}`,
    `case "$(cat ${STATE})" in *"safe_to_bootstrap: 1"*) echo may;; esac`,
    `[[ "$(tail -n 1 ${STATE})" == "safe_to_bootstrap: 1" ]] && echo may`,
    `python3 -c "print(open('${STATE}').read())" > /tmp/s`,
    `cp ${STATE} /backup/grastate.dat`,
    `cp ${STATE} ${STATE}.bak`,
    `sed -i 's/a/b/' /etc/app.conf; cat ${STATE}`,
    `chown mysql:mysql ${STATE}`,
  ].map((text) => ['sh', '-c', text]),
];
const PLACES: readonly (readonly [where: string, place: (words: readonly string[]) => Pod])[] = [
  ['an init container', (words) => withOther('initContainers', { command: words })],
  ['a sidecar', (words) => withOther('containers', { command: words })],
  [
    'a sidecar’s arguments',
    (words) => withOther('containers', { command: words.slice(0, 1), args: words.slice(1) }),
  ],
  ['a sidecar’s hook', (words) => withOther('containers', { lifecycle: { preStop: exec(...words) } })],
  ['a hook', (words) => withFields({ lifecycle: { postStart: exec(...words) } })],
  ['a probe', (words) => withFields({ readinessProbe: exec(...words) })],
  ['the text of the database', (words) => shell(`${textOf(words)}\nexec docker-entrypoint.sh mariadbd`)],
];
const textOf = (words: readonly string[]) =>
  words[0] === 'sh' ? (words[2] ?? '') : words.map((word) => `'${word}'`).join(' ');

describe.each(PLACES)('the file that tells whether a member may bootstrap, in %s', (_where, place) => {
  test.each(WRITERS.map((words) => [words.join(' '), words] as const))(
    'is not written: %s',
    (_text, words) => {
      expect(decide(place(words))).toMatchObject({
        kind: 'deny',
        reason: 'bootstrap_hidden',
        message: expect.stringMatching(/has "(grastate|safe_to_bootstrap)" in its /) as string,
      });
    },
  );

  test.each(READERS.map((words) => [words.join(' '), words] as const))('may be read: %s', (_text, words) => {
    expect(decide(place(words))).toMatchObject({ kind: 'inject' });
  });
});
