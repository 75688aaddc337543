/**
 * Pickles of joblib: packed as a whole, and with the bytes of arrays between the opcodes.
 *
 * Where an object of NumpyArrayWrapper has been given its state, the array it speaks of follows in
 * the stream: a length byte and as much padding (since joblib 1.2), then the numbers; an array of
 * Python objects is a pickle of its own.
 * Promises: reads plain pickles too. Never: more than readPickle promises.
 */
import { Malformed } from '../state/malformed.ts';
import { createCursor } from './byte-cursor.ts';
import { byteLength } from './numpy-array.ts';
import { runPickle } from './pickle.ts';
import { fullAllowance, type Machine } from './pickle-machine.ts';
import type { Made, PickleValue } from './pickle-value.ts';
import { descrOf, shapeOf } from './pickled-numpy.ts';
import { classOf, fieldsOf } from './python-value.ts';
import { unpack } from './unpack.ts';

const WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** A file of `pickle.dump` or of `joblib.dump`. */
export const readPickleFile = (bytes: Uint8Array): PickleValue =>
  runPickle({
    cursor: createCursor(unpack(bytes)),
    allowance: fullAllowance(),
    replace: arrayBehind,
  });

function arrayBehind(made: Made, { cursor, allowance }: Machine): PickleValue | null {
  if (classOf(made) !== WRAPPER) return null;
  const fields = fieldsOf(made);
  const type = fields?.get('dtype');
  const descr = descrOf(type);
  const shape = shapeOf(fields?.get('shape'));
  if (descr === null || shape === null) throw new Malformed('an array of joblib without its type');
  // Arrays in arrays would be a way around the bound on depth.
  if (isObject(descr)) return runPickle({ cursor, allowance, replace: refuseAnother });
  const count = byteLength(descr, shape);
  if (count === null) throw new Malformed(`an array of ${descr}, which is not read`);
  if (typeof fields?.get('numpyarrayalignmentbytes') === 'number') cursor.take(cursor.byte());
  const bytes = cursor.take(count);
  return { kind: 'raw-array', descr, shape, columnMajor: fields?.get('order') === 'F', bytes };
}

const isObject = (descr: string): boolean => /^.O/.test(descr);

function refuseAnother(made: Made): null {
  if (classOf(made) === WRAPPER) throw new Malformed('an array of joblib inside of another');
  return null;
}
