import type { Html } from '../../lib/views/jsx-runtime.ts';

/** What a view says, as it is read: blocks, cells and figures stand apart, other tags and actions leave no space. */
export function textOf(html: Html | string): string {
  return String(html)
    .replace(/<cwdb-action.*?<\/cwdb-action>/gs, '')
    .replace(
      /<\/?(td|th|tr|li|p|div|h\d|dt|dd|section|caption|summary|title|text)\b[^>]*>|<span class="figure/g,
      ' $&',
    )
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
