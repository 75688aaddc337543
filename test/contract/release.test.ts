/**
 * State files as earlier releases wrote them: each is read, upgraded, and gives the very state that
 * the release had in memory (its own `state hash`). The files are frozen; a release adds to them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { components } from '../../src/components.ts';
import type { AnyComponent } from '../../src/core/component.ts';
import { decodeFile } from '../../src/state/formats.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import { upgradeContent } from '../../src/state/upgrade.ts';
import { ROOT } from '../source-file.ts';

/** By release and part: the hash that `holdfast state hash` of that release printed. */
const RELEASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0.1.0': {
    portfolio: '25649e2fd24f4e2bcd93722854884f3a373556f089a04e17f309f3897915c7b5',
    run: '1633fe456b9ab654c19c283a7188f1e9f0d05f38d73c70982b01d5989ee797cd',
  },
};

for (const [release, hashes] of Object.entries(RELEASES))
  describe(`the state files of ${release}`, () => {
    for (const component of components as readonly AnyComponent[]) {
      const { id, file } = component;
      const hash = hashes[id];
      if (hash === undefined) continue;
      it(`${file.name} gives the state it was written from`, () => {
        const path = join(ROOT, 'test/fixtures', `release-${release}`, file.name);
        const { schema, content } = decodeFile(readFileSync(path), file.format, id);
        const state = file.decode(upgradeContent(component, schema, content));
        assert.equal(stateHash(state), hash);
        assert.equal(component.check?.(state) ?? null, null);
      });
    }
  });
