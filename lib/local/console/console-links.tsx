import type { Links, Place, ViewName } from '../../views/view-context.ts';

/** The address of a view in the console. */
export function consolePath({ view, parameters = {} }: Place): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value != null && value !== '') query.set(name, value);
  const text = query.toString();
  return `${viewPath(view)}${text === '' ? '' : `?${text}`}`;
}

export function viewPath(view: ViewName): string {
  return view === 'overview' ? '/' : `/${view}`;
}

/** Plain links: pages work without a script, and every state has an address. */
export const consoleLinks: Links = {
  link: (place, label, { class: className, current } = {}) => (
    <a href={consolePath(place)} class={className} aria-current={current ? 'page' : undefined}>
      {label}
    </a>
  ),
};
