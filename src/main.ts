/**
 * The entry: argv to the command line, and its answer to the exit code.
 *
 * Promises: a wrong Node is one line. Never: knows a command.
 */
const MAJOR = 26;

if (Number(process.versions.node.split('.')[0]) === MAJOR) {
  const { runProcess } = await import('./cli/process.ts');
  await runProcess();
} else {
  process.stderr.write(
    `holdfast: this is Node ${process.versions.node}, Holdfast needs Node ${MAJOR} — ` +
      'start it with "npm start" or bin/holdfast.js, which use the pinned one\n',
  );
  process.exitCode = 64;
}

export {};
