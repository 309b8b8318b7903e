import type { LastHeard } from '../../data-access/stuck-requests.ts';
import type { ActName, NextStep } from '../../domain/next-step.ts';
import type { ViewContext } from '../view-page.ts';
import { DataText, Fact } from './data-text.tsx';
import { Relative } from './time-text.tsx';

const actLabels: Readonly<Record<ActName, string>> = {
  retry: 'Retry now …',
  resend: 'Resend …',
  close: 'Close …',
  batch: 'Retry this group …',
  pause: 'Pause retries …',
  resume: 'Resume retries …',
  snooze: 'Snooze …',
  replay: 'Replay …',
};

type ActFields = Readonly<Record<string, string | null | undefined>>;

export interface WhatToDoProps {
  step: NextStep;
  /** What each act is aimed at; an act without is not offered. */
  aims: Partial<Readonly<Record<ActName, ActFields>>>;
  /** Who works on the stage, as last heard of. */
  owner: LastHeard | null;
  /** The same for a terminal. */
  /** One after the other. */
  commands: readonly string[];
  context: ViewContext;
}

/** The next step: what, who, where it is written, and the buttons. A shell that cannot act shows the commands alone. */
export function WhatToDo({ step, aims, owner, commands, context }: WhatToDoProps) {
  const { links, now } = context;
  const acts = step.acts.flatMap((act) => {
    const fields = aims[act];
    return fields === undefined || links.act === undefined
      ? []
      : [links.act({ act, fields }, actLabels[act])];
  });
  return (
    <section class="todo" aria-label="What to do">
      <h2>What to do</h2>
      <p>
        <DataText value={step.say} most={240} />
      </p>
      {acts.length === 0 ? null : <p class="acts">{acts}</p>}
      <dl class="facts">
        {owner === null ? null : (
          <Fact name="Owner">
            <Owner owner={owner} now={now} />
          </Fact>
        )}
        <Fact name="Runbook">{links.runbook?.(step.section) ?? step.section}</Fact>
        <Fact name="In a terminal">
          {commands.map((command) => (
            <p>{links.command(command)}</p>
          ))}
        </Fact>
      </dl>
    </section>
  );
}

function Owner({ owner, now }: { owner: LastHeard; now: Date }) {
  const { stage, serviceName, workerId, at } = owner;
  return (
    <>
      <DataText value={serviceName ?? stage} most={64} />
      {workerId === null ? null : (
        <>
          {' '}
          (<DataText value={workerId} most={64} mono />)
        </>
      )}
      , last heard of <Relative at={at} now={now} />
    </>
  );
}
