import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from './html.ts';

describe('html', () => {
  it('takes what is put into it for text', () => {
    const hostile = `<script>alert("1" & '2')</script>`;
    assert.equal(
      html`<p title="${hostile}">${hostile}</p>`.markup,
      '<p title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</p>',
    );
  });

  it('writes what is not to be seen as its code', () => {
    assert.equal(html`${'a\u202eb\u0000\ud800'}`.markup, 'a\\u{202e}b\\x00\\u{d800}');
  });

  it('takes its own kind as it is, also in lists, and nothing for nothing', () => {
    const items = ['a', '<'].map(item => html`<li>${item}</li>`);
    assert.equal(html`<ul>${items}</ul>${null}${[]}`.markup, '<ul><li>a</li><li>&lt;</li></ul>');
  });

  it('refuses a number that is none', () => {
    assert.equal(html`${-0.5}`.markup, '-0.5');
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => html`${number}`, /in a report/);
  });
});
