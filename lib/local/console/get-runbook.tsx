import { existsSync, readFileSync } from 'node:fs';
import { commandsToTracker } from '../../domain/printable-text.ts';
import type { Child } from '../../views/jsx-runtime.ts';
import { consolePage, trackerOptionsOf } from './console-page.tsx';
import type { ConsoleRoute } from './console-server.ts';
import { type ConsoleViews, openShell } from './get-view.tsx';

// In the package it lies beside the program, in the source tree among the documents.
const PACKAGED = new URL('./runbook.md', import.meta.url);
const RUNBOOK = existsSync(PACKAGED) ? PACKAGED : new URL('../../../docs/runbook.md', import.meta.url);

/** docs/runbook.md, a section each to link to. */
export function getRunbook(views: ConsoleViews): ConsoleRoute {
  return async (request) => {
    const [head = '', ...sections] = readFileSync(RUNBOOK, 'utf8').split(/^## /m);
    const tracker = trackerOptionsOf(views.stack, request.port);
    const children = (
      <section>
        <h1>Runbook</h1>
        <Prose text={head.replace(/^# .*\n/, '')} tracker="" />
        {sections.map((section) => {
          const [name = '', ...lines] = section.split('\n');
          return (
            <>
              <h2 id={name.trim()}>{name}</h2>
              <Prose text={lines.join('\n')} tracker={tracker} />
            </>
          );
        })}
      </section>
    );
    const shell = await openShell(views, request);
    const page = { ...shell, title: 'Runbook', view: undefined, tenant: null, failed: false, children };
    return { status: 200, contentType: 'text/html; charset=utf-8', body: consolePage(page) };
  };
}

/** Paragraphs; what begins with a bold word at a line's beginning (Means, Look, Fix) is one of its own. */
function Prose({ text, tracker }: { text: string; tracker: string }) {
  const paragraphs = commandsToTracker(text, tracker)
    .trim()
    .split(/\n\s*\n|\n(?=\*\*)/);
  return (
    <>
      {paragraphs.map((paragraph) => (
        <p class="prose">{inline(paragraph)}</p>
      ))}
    </>
  );
}

/** The runbook's own markdown: `code`, **bold** and links; what leads to another document stands without its link. */
function inline(text: string): Child[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (/^`.+`$/s.test(part)) return <code>{part.slice(1, -1)}</code>;
    if (/^\*\*.+\*\*$/s.test(part)) return <strong>{part.slice(2, -2)}</strong>;
    const link = /^\[(.+)\]\((.+)\)$/s.exec(part);
    if (link === null) return part;
    const [, label = '', target = ''] = link;
    return target.startsWith('#') ? <a href={target}>{inline(label)}</a> : inline(label);
  });
}
