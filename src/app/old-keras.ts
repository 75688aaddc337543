/**
 * What the old bot's Keras file is, in words: the version that wrote it, its layers, the shapes of
 * its weights. Nothing of it is carried over.
 *
 * Promises: a file that is none, or that the reader breaks on, is described as that. Never: builds a
 * model, or reads the code that a Lambda layer may carry.
 */
import { namesText, printable } from '../legacy/finding.ts';
import { reasonOf } from '../state/malformed.ts';

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46]);
const FILE = '/old.h5';
const LAYERS_MAX = 50;

/** In one line; it never throws. */
export async function describeKeras(bytes: Uint8Array): Promise<string> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4));
  if (head.toString('latin1').startsWith('PK')) return 'a model of Keras 3 (a zip archive)';
  if (!head.equals(SIGNATURE)) return 'not an HDF5 file';
  const library = await import('h5wasm').catch(() => null);
  if (library === null) return 'an HDF5 file; h5wasm, which looks into it, is not installed';
  const module = await library.ready;
  const { FS } = module;
  // It would tell of errors on stderr, page after page, and go on.
  module.activate_throwing_error_handler();
  try {
    FS.writeFile(FILE, bytes);
    const file = new library.File(FILE, 'r');
    try {
      return describe(file.attrs, file.get('model_weights') ?? file);
    } finally {
      file.close();
    }
  } catch (error) {
    return `an HDF5 file that cannot be read (${printable(reasonOf(error))})`;
  } finally {
    module.deactivate_throwing_error_handler();
    FS.unlink(FILE);
  }
}

type Attributes = Readonly<Record<string, { readonly value: unknown }>>;

function describe(attributes: Attributes, weights: unknown): string {
  const version = attributes['keras_version']?.value;
  const layers = layersIn(attributes['model_config']?.value);
  const shapes = shapesIn(weights, []);
  return [
    typeof version === 'string' ? `Keras ${printable(version)}` : 'HDF5 without a Keras version',
    layers.length > 0 ? `layers ${namesText(layers)}` : null,
    shapes.length > 0 ? `weights ${namesText(shapes)}` : 'no weights',
  ]
    .filter(part => part !== null)
    .join('; ');
}

/** Class names alone: what a layer is configured with may be code. */
function layersIn(config: unknown): string[] {
  if (typeof config !== 'string') return [];
  try {
    const { config: model } = JSON.parse(config) as { config?: { layers?: unknown } };
    const layers = Array.isArray(model?.layers) ? model.layers : [];
    return layers
      .slice(0, LAYERS_MAX)
      .map((layer: { class_name?: unknown } | null) => String(layer?.class_name ?? '?'));
  } catch {
    return [];
  }
}

interface Node {
  readonly shape?: unknown;
  keys?(): string[];
  get?(name: string): unknown;
}

const DEPTH_MAX = 6;

function shapesIn(node: unknown, path: readonly string[]): string[] {
  if (typeof node !== 'object' || node === null || path.length > DEPTH_MAX) return [];
  const { shape } = node as Node;
  if (Array.isArray(shape)) return [`${path.at(-1) ?? ''} ${shape.join('×')}`];
  const group = node as Node;
  return (group.keys?.() ?? [])
    .slice(0, LAYERS_MAX)
    .flatMap(name => shapesIn(group.get?.(name), [...path, name]))
    .slice(0, LAYERS_MAX);
}
