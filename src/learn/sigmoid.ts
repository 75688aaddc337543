/**
 * The logistic function, and no more.
 *
 * Promises: finite at both ends: it never takes the exponential of a large number.
 */
export const sigmoid = (logit: number): number =>
  logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
