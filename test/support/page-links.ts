import { readText } from './sanitise-html.ts';

export interface PageLink {
  href: string;
  text: string;
  /** The first number in its text; undefined when it has none, or names a request or a time. */
  count: string | undefined;
}

/** The links of a view as the console draws it. */
export function linksOf(html: string): PageLink[] {
  return [...html.matchAll(/<a href="([^"]*)"([^>]*)>(.*?)<\/a>/gs)].map(
    ([, href = '', attributes = '', label = '']) => {
      const figure = /<span class="figure-value">([^<]*)</.exec(label)?.[1];
      const text = readText((figure ?? label).replace(/<[^>]*>/g, ''));
      const isCount = figure !== undefined || !/\/request\?|after=/.test(href);
      const isChoice = attributes.includes('aria-current') || /^\d+ (hours|days)$/.test(text);
      return { href: readText(href), text, count: isCount && !isChoice ? COUNT.exec(text)?.[1] : undefined };
    },
  );
}

/** A number as such: no part of a name, a time or a measure. */
const COUNT = /(?:^|[ ✗◷])(\d[\d,]*\+?)(?= |$)(?! (?:ms|s|%|h)\b)/;

/** What the page says in all, above each list. */
export function totalsOf(html: string): string[] {
  return [...html.matchAll(/<strong class="total">([^<]*)</g)].map(([, total = '']) => total);
}

/** Rows of each table by its caption. */
export function tableRows(html: string): Map<string, number> {
  const tables = [...html.matchAll(/<caption[^>]*>([^<]*)<\/caption>.*?<tbody>(.*?)<\/tbody>/gs)];
  return new Map(tables.map(([, caption = '', body = '']) => [caption, body.match(/<tr>/g)?.length ?? 0]));
}

/** Numbers in cells that lead nowhere, with the name of their column; those of a chart lead to its rows from above it. */
export function unlinkedNumbers(html: string): string[] {
  const listed = html.replace(/<caption[^>]*>Load over time<\/caption>.*?<\/table>/s, '');
  return [...listed.matchAll(/<thead><tr>(.*?)<\/tr><\/thead><tbody>(.*?)<\/tbody>/gs)].flatMap(
    ([, head = '', body = '']) => {
      const columns = [...head.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>|<td[^>]*><\/td>/gs)].map(
        ([, name = '']) => name,
      );
      return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].flatMap(([, row = '']) =>
        [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].flatMap(([, cell = ''], place) => {
          const text = cell
            .replace(/<a .*?<\/a>/gs, '')
            .replace(/<[^>]*>/g, '')
            .trim();
          return /^[1-9][\d,]*$/.test(text) ? [`${columns[place]}: ${text}`] : [];
        }),
      );
    },
  );
}
