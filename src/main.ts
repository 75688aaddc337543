/**
 * Holdfast: argv to the command line, and nothing else.
 *
 * Promises: compiled code is cached by Node between starts (a cache that may be deleted at any
 * time), which halves the time to the first candle.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runProcess } = await import('./cli/process.ts');
await runProcess();
