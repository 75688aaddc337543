/**
 * Whether HTML is well formed as XML is: every element closed where it was opened, every attribute
 * in quotes, every `&` a reference.
 *
 * Promises: names the first place that is not. Never: knows which elements there are.
 */
const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
const VOID = ['meta', 'br', 'hr', 'img', 'link', 'input'];

/** Null: it is well formed. */
export function malformedIn(html: string): string | null {
  const text = html.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/g, '');
  const stray = /&(?!(?:amp|lt|gt|quot|#39);)/.exec(text);
  if (stray !== null) return `a bare & at ${text.slice(stray.index, stray.index + 40)}`;
  const open: string[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', TAG.lastIndex)) {
    TAG.lastIndex = at;
    const tag = TAG.exec(text);
    if (tag === null) return `no tag at ${text.slice(at, at + 60)}`;
    const [, closing, name = '', , alone] = tag;
    if (closing === '/') {
      const opened = open.pop();
      if (opened !== name) return `</${name}> closes <${opened}>`;
    } else if (alone !== '/' && !VOID.includes(name)) open.push(name);
  }
  return open.length === 0 ? null : `<${open.at(-1)}> is never closed`;
}
