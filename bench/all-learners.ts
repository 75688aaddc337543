/**
 * What switches every learner on, as environment variables: a bench measures what can be had.
 *
 * The deep signal model is off by default (docs/LEARNING.md says why).
 */
export const ALL_LEARNERS: Readonly<Record<string, string>> = {
  HOLDFAST__LEARNING__DEEP_SIGNAL_MODEL: 'true',
};
