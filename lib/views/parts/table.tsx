import type { Child } from '../jsx-runtime.ts';
import type { Links } from '../view-page.ts';

export interface HtmlColumn<Row> {
  name: string;
  /** Aligned by its digits. */
  numeric?: boolean;
  /** Takes what room is left. */
  wide?: boolean;
  /** Names its row. */
  heads?: boolean;
  cell(row: Row): Child;
}

export interface TableProps<Row extends object> {
  caption: string;
  columns: readonly HtmlColumn<Row>[];
  rows: readonly Row[];
  /** Of the shell: where it has addresses, the rows can be taken away as JSON. */
  links: Links;
  /** What is taken away of a row; absent: all of it. */
  fields?: readonly string[] | undefined;
}

/** A table that scrolls sideways on its own, reachable by keyboard. */
export function Table<Row extends object>(props: TableProps<Row>) {
  const { caption, links, rows, fields } = props;
  const download = links.download?.({ caption, rows, fields });
  const table = <ScrollingTable {...props} />;
  if (download === undefined) return table;
  return (
    <div class="taken">
      {table}
      <p class="download">{download}</p>
    </div>
  );
}

function ScrollingTable<Row extends object>({ caption, columns, rows }: TableProps<Row>) {
  return (
    <section class="scroll" tabindex={0} aria-label={caption}>
      <table>
        <caption class="aside">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, numeric }) =>
              name === '' ? (
                <td />
              ) : (
                <th scope="col" class={numeric ? 'num' : undefined}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map(({ numeric, wide, heads, cell }) =>
                heads ? (
                  <th scope="row">{cell(row)}</th>
                ) : (
                  <td class={numeric ? 'num' : wide ? 'wide' : undefined}>{cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
