/** One line of JSON for each event, on standard output. Never an object of the API, never a secret. */

/** Longest text of a field, in characters: what callers send does not decide how much is written. */
const TEXT_MAX = 1_000;

/** Levels in order of importance. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields of a line beside time, level and message. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes log lines. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** A logger that writes lines of at least `level`. */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stdout.write(line),
  now: () => Date = () => new Date(),
): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at =
    (one: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(one) < lowest) return;
      const line: Record<string, unknown> = {
        time: now().toISOString(),
        level: one,
        message: shorten(message),
      };
      for (const [name, value] of Object.entries(fields)) line[name] = shorten(value);
      write(`${JSON.stringify(line)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function shorten(value: unknown): unknown {
  return typeof value === 'string' && value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
}
