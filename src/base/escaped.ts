/**
 * Text from elsewhere (a file's name, what somebody else wrote) for a terminal.
 *
 * Promises: whatever a terminal would take for a command, and what is not to be seen, is written as
 * its code: `\x1b`, `\u{202e}`. Never: changes a letter, a digit, a sign or a space.
 */
export const escaped = (text: string): string =>
  text.replaceAll(UNSEEN, sign => {
    const code = sign.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });

const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** JSON in which nothing of this stands as it is. */
export const escapedJson = (json: string): string =>
  json.replaceAll(/[\x7f-\x9f]|\p{Cf}/gu, sign =>
    sign.replaceAll(/[\s\S]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
