/**
 * Upgrades: a state file of an older release, lifted to today's schema.
 *
 * Promises: upgrades run one after the other without gaps, on the encoded content, before it is
 * decoded. Never: reads state of a newer release; that is refused, never guessed at.
 */
import { assert } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent, Encoded } from '../core/component.ts';

/** Every component has an upgrade to each version from 2 to its own. */
export function assertUpgrades(components: readonly AnyComponent[]): void {
  for (const component of components) {
    for (let to = 2; to <= component.version; to += 1)
      assert(component.upgrades?.[to], `${component.id} has no upgrade to version ${to}`);
    for (const to of Object.keys(component.upgrades ?? {}))
      assert(
        Number(to) >= 2 && Number(to) <= component.version,
        `${component.id} has an upgrade to version ${to}, but is at ${component.version}`,
      );
  }
}

/** Content of version `schema` → content of the component's own version. */
export function upgradeContent(component: AnyComponent, schema: number, content: Encoded): Encoded {
  assert(schema <= component.version, `${component.id}: version ${schema} is newer than the code`);
  let lifted = content;
  for (let to = schema + 1; to <= component.version; to += 1) {
    const upgrade = component.upgrades?.[to];
    assert(upgrade, `${component.id} has no upgrade to version ${to}`);
    lifted = upgrade(lifted);
  }
  return lifted;
}

/** The refusal of anything that a newer release wrote. */
export const newerThanCode = (file: string, found: number, known: number): Fault =>
  new Fault(
    EXIT.corrupt,
    `${file} was made by a newer release of Holdfast (version ${found}, this one knows ${known})`,
    'upgrade Holdfast, or restore a backup that this release wrote; nothing was changed',
  );
