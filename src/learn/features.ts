/**
 * The feature row as the learners know it: names, in column order, and their count.
 *
 * The row itself is filled where its indicators are remembered (trade/feature-row.ts); the names
 * stand in core, since trade and learn do not import each other.
 */
export { FEATURE_COUNT, FEATURE_NAMES } from '../core/feature.ts';
