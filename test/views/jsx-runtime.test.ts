import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fragment, jsx } from '../../lib/views/jsx-runtime.ts';
import { readText, sanitiseHtml } from '../support/sanitise-html.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('JSX', () => {
  it('writes elements with their attributes and children', () => {
    const item = jsx('li', { class: 'one', children: ['a', 1, null, false, undefined, ['b']] });
    expect(String(jsx('ul', { hidden: true, title: undefined, children: item }))).toBe(
      '<ul hidden><li class="one">a1b</li></ul>',
    );
    expect(String(jsx('br', {}))).toBe('<br>');
    expect(String(Fragment({ children: ['x', item] }))).toBe('x<li class="one">a1b</li>');
  });

  it('never takes text for markup, nor a value for another attribute', () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='x'>&lt;`;
    const markup = String(jsx('p', { title: hostile, children: hostile }));
    expect(markup).not.toMatch(/<script|<img/);
    expect(markup).toBe(
      `<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror='x'&gt;&amp;lt;">` +
        `"&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror='x'&gt;&amp;lt;</p>`,
    );
  });

  it('passes a strict sanitiser unchanged whatever the text', () => {
    fc.assert(
      fc.property(anyText, anyText, (title, text) => {
        const markup = String(jsx('p', { title, children: text }));
        expect(sanitiseHtml(markup)).toBe(markup);
        expect(markup).not.toContain('\u0000');
      }),
    );
  });

  it('gives printable text back to its reader as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const markup = String(jsx('p', { children: text }));
        expect(readText(markup.slice('<p>'.length, -'</p>'.length))).toBe(text);
      }),
    );
  });

  it.each([
    ['onclick', 'alert(1)'],
    ['onLoad', 'alert(1)'],
    ['x onclick', '1'],
    ['x">', '1'],
  ])('refuses the attribute %s', (name, value) => {
    expect(() => jsx('p', { [name]: value })).toThrow(TypeError);
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:x',
    'data:text/html,x',
    '//evil.example',
    'x',
  ])('refuses to lead to %j', (href) => {
    expect(() => jsx('a', { href, children: 'x' })).toThrow(TypeError);
  });

  it.each(['/', '/request?id=1', '#main', '?a=b', 'https://example.org/'])('leads to %s', (href) => {
    expect(String(jsx('a', { href, children: 'x' }))).toBe(`<a href="${href}">x</a>`);
  });

  it('refuses a style sheet that could end its element, and gives a script no text', () => {
    expect(() => jsx('style', { children: 'p{}</style><script>' })).toThrow(TypeError);
    expect(String(jsx('style', { children: 'p > a { color: "red" }' }))).toContain('p > a { color: "red" }');
    expect(String(jsx('script', { src: '/x.js', children: 'alert(1)' }))).toBe(
      '<script src="/x.js"></script>',
    );
  });

  it('refuses element names that are none', () => {
    expect(() => jsx('p onclick=x', {})).toThrow(TypeError);
  });
});

describe('the strict sanitiser', () => {
  it.each([
    '<script>alert(1)</script>',
    '<iframe></iframe>',
    '<svg><use></use></svg>',
    '<svg><foreignObject></foreignObject></svg>',
    '<p onclick="x">a</p>',
    '<a href="javascript:x">a</a>',
    '<p>a < b</p>',
    '<p>a',
    '<style>@import "x"</style>',
    '<style>p{background:url(x)}</style>',
    '<p title=x>a</p>',
    '<!-- x -->',
  ])('does not leave %s as it is', (html) => {
    expect(sanitiseHtml(html)).not.toBe(html);
  });
});
