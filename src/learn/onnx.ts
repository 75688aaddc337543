/**
 * ONNX files: a graph of operators with its constants, as the ONNX programs read them.
 *
 * Promises: the same graph gives the same bytes; float32 throughout. Never: knows a model (the
 * exports do), or an operator's meaning.
 *
 * Field numbers are those of onnx.proto (IR version 7, ONNX 1.8, of 2020 and since).
 */
import {
  bytesField,
  type Field,
  floatBytes,
  floatsField,
  joined,
  messageField,
  textField,
  wholeField,
  wholesField,
} from '../base/protobuf.ts';

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  /** For people: class and feature names, the model's version. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** `ai.onnx.ml` for the operators of classical machine learning. */
  readonly domain?: string;
}

export type OnnxAttribute =
  | { readonly whole: number }
  | { readonly text: string }
  | { readonly wholes: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly texts: readonly string[] };

/** A name stands for a size that the caller chooses, as the number of rows. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly kind?: 'float' | 'whole';
}

export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float32, or whole numbers as an axis list is. */
  readonly floats?: ArrayLike<number>;
  readonly wholes?: readonly number[];
}

const IR_VERSION = 7;
const OPERATORS: readonly (readonly [domain: string, version: number])[] = [
  ['', 13],
  ['ai.onnx.ml', 2],
];
const ELEMENT = { float: 1, whole: 7 } as const;
const ATTRIBUTE = { whole: 2, text: 3, floats: 6, wholes: 7, texts: 8 } as const;

export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  return joined([
    wholeField(1, IR_VERSION),
    textField(2, 'holdfast'),
    messageField(7, graphFields(graph)),
    ...OPERATORS.map(([domain, version]) =>
      messageField(8, [textField(1, domain), wholeField(2, version)]),
    ),
    ...Object.entries(graph.metadata).map(([key, value]) =>
      messageField(14, [textField(1, key), textField(2, value)]),
    ),
  ]);
}

const graphFields = ({ name, nodes, inputs, outputs, constants }: OnnxGraph): Field[] => [
  ...nodes.map(node => messageField(1, nodeFields(node))),
  textField(2, name),
  ...constants.map(constant => messageField(5, constantFields(constant))),
  ...inputs.map(value => messageField(11, valueFields(value))),
  ...outputs.map(value => messageField(12, valueFields(value))),
];

const nodeFields = ({ operator, inputs, outputs, attributes = {}, domain = '' }: OnnxNode) => [
  ...inputs.map(name => textField(1, name)),
  ...outputs.map(name => textField(2, name)),
  textField(3, outputs[0] ?? ''),
  textField(4, operator),
  ...Object.entries(attributes).map(([name, value]) =>
    messageField(5, [textField(1, name), ...attributeFields(value)]),
  ),
  textField(7, domain),
];

function attributeFields(value: OnnxAttribute): Field[] {
  if ('whole' in value) return [wholeField(3, value.whole), wholeField(20, ATTRIBUTE.whole)];
  if ('text' in value) return [textField(4, value.text), wholeField(20, ATTRIBUTE.text)];
  if ('floats' in value) return [floatsField(7, value.floats), wholeField(20, ATTRIBUTE.floats)];
  if ('wholes' in value) return [wholesField(8, value.wholes), wholeField(20, ATTRIBUTE.wholes)];
  return [...value.texts.map(text => textField(9, text)), wholeField(20, ATTRIBUTE.texts)];
}

function constantFields({ name, shape, floats, wholes }: OnnxConstant): Field[] {
  const isFloat = floats !== undefined;
  return [
    wholesField(1, shape),
    wholeField(2, isFloat ? ELEMENT.float : ELEMENT.whole),
    textField(8, name),
    bytesField(9, isFloat ? floatBytes(floats) : wholeBytes(wholes ?? [])),
  ];
}

function wholeBytes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setBigInt64(index * 8, BigInt(value), true);
  return bytes;
}

const valueFields = ({ name, shape, kind = 'float' }: OnnxValue): Field[] => [
  textField(1, name),
  messageField(2, [
    messageField(1, [
      wholeField(1, ELEMENT[kind]),
      messageField(
        2,
        shape.map(size =>
          messageField(1, [typeof size === 'number' ? wholeField(1, size) : textField(2, size)]),
        ),
      ),
    ]),
  ]),
];
