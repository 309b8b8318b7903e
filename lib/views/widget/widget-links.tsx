import type { Links, Place } from '../view-context.ts';

/**
 * Links that have CloudWatch call the widget's function again: it acts on a click on the element before. An anchor
 * without an address is what its documentation shows; one with `#` would leave the dashboard.
 * @param functionArn of the widget's own function.
 */
export function widgetLinks(functionArn: string): Links {
  return {
    link: (place, label, { class: className, current } = {}) => (
      <>
        {/* biome-ignore lint/a11y/useSemanticElements: CloudWatch documents anchors only */}
        {/* biome-ignore lint/a11y/useValidAnchor: an address would leave the dashboard */}
        <a class={className} role="button" tabindex={0} aria-current={current ? 'true' : undefined}>
          {label}
        </a>
        <cwdb-action
          action="call"
          display={place.view === 'request' ? 'popup' : 'widget'}
          endpoint={functionArn}
        >
          {JSON.stringify(toParameters(place))}
        </cwdb-action>
      </>
    ),
  };
}

function toParameters({ view, parameters = {} }: Place): Record<string, string> {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value == null ? [] : [[name, value] as const],
  );
  return { view, ...Object.fromEntries(given) };
}
