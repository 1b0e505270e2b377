/** What the measured servers are told through the environment. */
import { readFileSync } from 'node:fs';

/** @throws when the bench did not set the port */
export function settings(): { port: number } {
  const port = Number(process.env['BENCH_PORT']);
  if (!(port > 0)) throw new Error(`BENCH_PORT is ${String(process.env['BENCH_PORT'])}; the bench sets it`);
  return { port };
}

/** The key pair that all servers share. */
export function pair(): { key: string; certificate: string; authority: string } {
  const text = readFileSync(process.env['BENCH_PAIR'] ?? '', 'utf8');
  return JSON.parse(text) as { key: string; certificate: string; authority: string };
}
