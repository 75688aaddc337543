/**
 * What the name of a backup place must not hold.
 *
 * Never: repeats the name: it would stand in the log and the notes for ever.
 */

/** `s3://KEY:SECRET@bucket`: no place that is meant has an @. */
export const holdsKey = (named: string): boolean => /^[a-z0-9+]+:\/\/.*@/i.test(named);

export const KEY_REMEDY = 'put the keys into the environment, and name s3://bucket/prefix';
