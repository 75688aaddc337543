/**
 * Compiles kernel/lstm.ts (AssemblyScript) into src/learn/lstm-kernel.ts: `npm run kernel`.
 *
 * Promises: the same source and the same pinned compiler give the same bytes (a test compiles again
 * and compares). Never: runs when Holdfast does; the bytes are committed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'kernel', 'lstm.ts');
const TARGET = join(ROOT, 'src', 'learn', 'lstm-kernel.ts');
/** Characters of base64 a line: with quotes and comma below the 100 columns of the house. */
const LINE = 92;
const COMPILER: string = 'assemblyscript/asc';
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

/** What is used of it. Its own types declare a console of their own for every file. */
interface Compiler {
  main(
    options: readonly string[],
    files: {
      readonly readFile: (name: string) => string | null;
      readonly writeFile: (name: string, contents: string | Uint8Array) => void;
      readonly listFiles: () => readonly string[];
    },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

/** The bytes of the compiled kernel, and its text form; throws with the compiler's words. */
export async function compileKernel(): Promise<{ bytes: Uint8Array; text: string }> {
  const { main } = (await import(COMPILER)) as Compiler;
  const written = new Map<string, string | Uint8Array>();
  const files = ['--outFile', 'out.wasm', '--textFile', 'out.wat'];
  const { error, stderr } = await main(['lstm.ts', ...OPTIONS, ...files], {
    readFile: name => (name === 'lstm.ts' ? readFileSync(SOURCE, 'utf8') : null),
    writeFile: (name, contents) => {
      written.set(name, contents);
    },
    listFiles: () => [],
  });
  const [bytes, text] = [written.get('out.wasm'), written.get('out.wat')];
  if (error !== null || !(bytes instanceof Uint8Array) || typeof text !== 'string')
    throw new Error(`kernel/lstm.ts does not compile: ${stderr.toString()}`);
  return { bytes, text };
}

/** The text of src/learn/lstm-kernel.ts for these bytes. */
export function kernelSource(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  const lines: string[] = [];
  for (let start = 0; start < text.length; start += LINE)
    lines.push(`  '${text.slice(start, start + LINE)}',`);
  return `/**
 * The compiled kernel/lstm.ts, ${bytes.length} bytes in base64. Written by \`npm run kernel\`; not by hand.
 */

export const KERNEL = [
${lines.join('\n')}
].join('');
`;
}

if (process.argv[1] === import.meta.filename) {
  const { bytes } = await compileKernel();
  writeFileSync(TARGET, kernelSource(bytes));
  console.log(`${bytes.length} bytes of WebAssembly in src/learn/lstm-kernel.ts`);
}
