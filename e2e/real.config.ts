/** The tests on real servers alone, without a cluster: with this machine's MariaDB, or another one (real-trixie.sh). */
import { defineConfig } from 'vitest/config';
import { onServers } from './vitest.config.ts';

export default defineConfig({ test: onServers });
