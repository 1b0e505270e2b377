import { expect, it } from 'vitest';
import { createLogger, type LogLevel } from '../../src/telemetry/logger.ts';

function logged(level: LogLevel, log: (logger: ReturnType<typeof createLogger>) => void): readonly string[] {
  const lines: string[] = [];
  log(
    createLogger(
      level,
      (line) => lines.push(line),
      () => new Date(0),
    ),
  );
  return lines;
}

it('writes one line of JSON, whatever a field holds', () => {
  const lines = logged('info', (logger) => logger.warn('odd', { why: 'a\nb\u2028"', count: 3 }));
  expect(lines).toHaveLength(1);
  expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'odd',
    why: 'a\nb\u2028"',
    count: 3,
  });
});

it('leaves out what is less severe than its level', () => {
  const lines = logged('warn', (logger) => {
    logger.info('no');
    logger.error('yes');
  });
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['yes']);
});

it('cuts a text that a caller made long', () => {
  const [line = ''] = logged('info', (logger) => logger.info('x', { namespace: 'n'.repeat(1_000_000) }));
  expect(line.length).toBeLessThan(1_200);
});
