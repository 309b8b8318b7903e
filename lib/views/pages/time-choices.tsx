import type { ViewName } from '../../reports/place.ts';
import { Choices } from '../parts/choices.tsx';
import type { ViewContext } from '../view-page.ts';
import { type ReportTime, timeChoices } from './report-time.ts';

interface TimeChoicesProps {
  view: ViewName;
  /** Its parameters beside tenant and time. */
  parameters?: Readonly<Record<string, string | null>>;
  time: ReportTime;
  context: ViewContext;
}

/** The span of time that a view is about, and the others. */
export function TimeChoices({ view, parameters = {}, time, context }: TimeChoicesProps) {
  const { tenant, links } = context;
  return (
    <Choices
      name="Time"
      view={view}
      parameters={{ tenant, ...parameters }}
      parameter="time"
      chosen={time}
      words={timeChoices}
      links={links}
    />
  );
}
