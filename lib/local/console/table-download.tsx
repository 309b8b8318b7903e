import { toTracker } from '../../domain/printable-text.ts';
import type { DrawnTable, Links } from '../../views/view-page.ts';
import { consoleLinks } from './console-page.tsx';
import { type ConsoleResponse, json } from './console-server.ts';

/** The filters of an address that asks for the rows of a page's table instead of the page. */
export const DOWNLOAD_FILTERS = ['format', 'table'] as const;

export interface OpenLinks {
  links: Links;
  /** Those drawn with these links. */
  tables: readonly DrawnTable[];
}

/**
 * Links of one page, whose tables each lead to their rows as JSON. That is drawn by the same code as the page, so it has
 * the rows of the page, in their order.
 * @param tracker as of `trackerOptionsOf`, for the commands.
 */
export function openLinks(url: URL, tracker: string): OpenLinks {
  const tables: DrawnTable[] = [];
  const download = (table: DrawnTable) => {
    tables.push(table);
    const query = new URLSearchParams(url.search);
    query.set('format', 'json');
    query.set('table', table.caption);
    return (
      <a href={`${url.pathname}?${query}`} download="">
        JSON<span class="aside"> of {table.caption}</span>
      </a>
    );
  };
  const command = (text: string) => consoleLinks.command(toTracker(text, tracker));
  return { links: { ...consoleLinks, command, download }, tables };
}

/** The rows of the table that the address names, as a file; 400 that names those there are. */
export function tableAsJson(tables: readonly DrawnTable[], name: string | null): ConsoleResponse {
  const table = tables.find(({ caption }) => caption === name);
  if (table === undefined) {
    const names = tables.map(({ caption }) => `“${caption}”`).join(', ');
    const message =
      names === '' ? 'This page has no table with rows.' : `The filter “table” is none of ${names}.`;
    return json(400, { code: 'BAD_FILTER', message, hint: 'Leave “format” away to see the page.' });
  }
  const { caption, rows, fields } = table;
  const taken = fields === undefined ? rows : rows.map((row) => pick(row, fields));
  const file = `${caption.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`;
  const headers = { 'content-disposition': `attachment; filename="${file}"` };
  return { ...json(200, { table: caption, rows: taken }), headers };
}

function pick(row: object, fields: readonly string[]): object {
  const all: Record<string, unknown> = { ...row };
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
}
