/**
 * The old bot's names for its files, and whose a folder is by them.
 *
 * Never: looks into a file.
 */

/** What is read of the old bot; the deep model's file is no pickle. */
export type OldPart = 'analytics' | 'risk-manager' | 'q-table' | 'attention' | 'signal-model';

/** By part, the first that is there. */
export const OLD_FILES: readonly (readonly [
  part: OldPart | 'deep-signal-model',
  names: readonly string[],
])[] = [
  ['analytics', ['analytics_state.pkl', 'analytics_state.joblib']],
  ['risk-manager', ['risk_manager_state.pkl', 'risk_manager_state.joblib']],
  ['q-table', ['q_table.pkl', 'q_table.joblib']],
  ['attention', ['attention_weights.npy', 'attention_weights.pkl', 'attention_weights.joblib']],
  ['signal-model', ['signal_model.pkl', 'signal_model.joblib']],
  ['deep-signal-model', ['deep_signal_model.h5', 'deep_signal_model.keras']],
];

const NAMES = OLD_FILES.flatMap(([, names]) => names);

export const isOldName = (name: string): boolean => NAMES.includes(name);

/** Names that the old bot shares with this one; a `q_table.json` some wrote beside the pickle. */
const SHARED = ['attention_weights.npy', 'deep_signal_model.h5', 'q_table.json'];

/** Of the old bot or of this one, and nothing tells of which. */
export const isShared = (name: string): boolean => SHARED.includes(name);
