import { describe, expect, it } from 'vitest';
import { admitting, noAdmissions, underLoad } from './admissions.ts';
import { isGood, kinds, type Outcome, report } from './restart-report.ts';
import { noFindings, type Span } from './spans.ts';

const span = (failures: string[], created = 600): Span => ({
  admissions: { ...noAdmissions(), created, failures, times: [5], mostInARow: failures.length },
  events: 1,
  seconds: 10,
});
const outcome = (tweak: Partial<Outcome> = {}): Outcome => ({
  restarted: span([]),
  killed: span(['2026-11-21T10:00:00.000Z dial tcp 10.0.0.7:10250: refused']),
  each: [{ failures: 1, lastAfterMs: 400 }],
  upgraded: noFindings().upgraded,
  upgradedFrom: 'none',
  workers: 16,
  problem: null,
  ...tweak,
});

describe('a run of restarts', () => {
  it('is good although a SIGKILL failed admissions', () => {
    expect(isGood(outcome())).toBe(true);
  });

  it.each<[string, Partial<Outcome>]>([
    ['a rolling restart failed one', { restarted: span(['2026-11-21T10:00:00.000Z EOF']) }],
    ['the upgrade failed one', { upgraded: span(['2026-11-21T10:00:00.000Z EOF']) }],
    ['it ended early', { problem: 'no replica runs' }],
    ['fewer than 50 pods a second were created', { restarted: span([], 499) }],
  ])('is not good when %s', (_what, tweak) => {
    expect(isGood(outcome(tweak))).toBe(false);
  });

  it('reports each failure of a restart with its time, and those of kills by what was said', () => {
    const text = report(outcome({ restarted: span(['2026-11-21T10:00:00.000Z EOF']) }), 'today');
    expect(text).toContain('- 2026-11-21T10:00:00.000Z EOF');
    expect(text).toContain('- 1 × dial tcp <address>: refused');
  });
});

describe('failures by kind', () => {
  it('differ by what was said, not by address, pod or time; the most frequent come first', () => {
    const said = ['10:00 pod long-run-a1: EOF', '10:01 1.2.3.4:80 is shut', '10:02 5.6.7.8:90 is shut'];
    expect([...kinds(said)]).toEqual([
      ['<address> is shut', 2],
      ['pod <pod>: EOF', 1],
    ]);
  });
});

describe('the load', () => {
  /** Answers one creation after the other with what is given, and ends the load after the last one. */
  async function admitted(answers: readonly ('injected' | 'as it is' | Error)[]) {
    const counts = noAdmissions();
    let next = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const admit = async () => {
      const answer = answers[next] ?? 'injected';
      next += 1;
      if (next === answers.length) end();
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (answer instanceof Error) throw answer;
      const env = answer === 'injected' ? [{ name: 'GALERA_CA', value: 'PEM' }] : [];
      return { spec: { containers: [], initContainers: [{ name: 'galera-init', env }] } };
    };
    await underLoad({ admit, namespace: 'shop', workers: 1 }, counts, () => ended);
    return counts;
  }

  it('counts what failed, says why in the words of the API, and how often in a row', async () => {
    const api = {
      call: () => Promise.resolve({ status: 500, text: '{"message":"failed calling webhook"}' }),
      close: () => undefined,
    };
    const refused = await admitting(api)('shop', {}).catch((error: unknown) => error as Error);
    if (!(refused instanceof Error)) throw new Error('the pod was admitted');
    const counts = await admitted(['injected', refused, refused, 'injected', new Error('socket hang up')]);
    expect(counts).toMatchObject({ created: 2, mostInARow: 2 });
    expect(counts.failures.map((one) => one.slice(one.indexOf(' ') + 1))).toEqual([
      'failed calling webhook',
      'failed calling webhook',
      'socket hang up',
    ]);
  });

  it('takes a pod that was let through as it is for a failure', async () => {
    const { created, failures } = await admitted(['as it is']);
    expect(created).toBe(0);
    expect(failures).toEqual([expect.stringContaining('without the injection')]);
  });
});
