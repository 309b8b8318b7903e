/** What was measured at one moment of a soak. */
export interface Sample {
  /** Since its beginning. */
  seconds: number;
  stackMiB: number;
  postgresMiB: number;
  queueDepth: number;
  /** From an event's own time to its recording, of those recorded since the last sample; in milliseconds. */
  recordedP50Ms: number | null;
  recordedP95Ms: number | null;
  pageP95Ms: number | null;
}

interface Panel {
  title: string;
  lines: { name: string; colour: string; of: (sample: Sample) => number | null }[];
}

const panels: readonly Panel[] = [
  {
    title: 'memory (MiB)',
    lines: [
      { name: 'npm start', colour: '#2563eb', of: ({ stackMiB }) => stackMiB },
      { name: 'PostgreSQL, all processes', colour: '#d97706', of: ({ postgresMiB }) => postgresMiB },
    ],
  },
  {
    title: 'from an event to its row (ms)',
    lines: [
      { name: 'p50', colour: '#2563eb', of: ({ recordedP50Ms }) => recordedP50Ms },
      { name: 'p95', colour: '#d97706', of: ({ recordedP95Ms }) => recordedP95Ms },
    ],
  },
  {
    title: 'a page (ms, p95)',
    lines: [{ name: 'p95', colour: '#2563eb', of: ({ pageP95Ms }) => pageP95Ms }],
  },
  {
    title: 'messages on the queue',
    lines: [{ name: 'depth', colour: '#2563eb', of: ({ queueDepth }) => queueDepth }],
  },
];

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [860, 120, 70, 28, 44];

/** One panel beneath the other over the same time. */
export function drawSoak(samples: readonly Sample[]): string {
  const longest = Math.max(1, samples.at(-1)?.seconds ?? 1);
  const height = TOP + panels.length * (HEIGHT + GAP);
  const drawn = panels.map((panel, place) =>
    drawPanel(panel, samples, longest, TOP + place * (HEIGHT + GAP)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + LEFT + 20} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>Soak: memory, latency and queue depth over ${Math.round(longest / 60)} minutes</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { title, lines }: Panel,
  samples: readonly Sample[],
  longest: number,
  top: number,
): string {
  const most = Math.max(1, ...lines.flatMap(({ of }) => samples.map((sample) => of(sample) ?? 0)));
  const x = (seconds: number) => (LEFT + (seconds / longest) * WIDTH).toFixed(1);
  const y = (value: number) => (top + HEIGHT - (value / most) * HEIGHT).toFixed(1);
  const drawn = lines.map(({ colour, of }) => {
    const points = samples.flatMap((sample) => {
      const value = of(sample);
      return value === null ? [] : [`${x(sample.seconds)},${y(value)}`];
    });
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>`;
  });
  const names = lines.map(
    ({ name, colour }, place) =>
      `<text x="${LEFT + 240 + place * 200}" y="${top - 8}" fill="${colour}">${name}</text>`,
  );
  return [
    `<text x="${LEFT}" y="${top - 8}" font-weight="600">${title}</text>`,
    ...names,
    `<path d="M${LEFT} ${top}V${top + HEIGHT}H${LEFT + WIDTH}" fill="none" stroke="#9ca3af"/>`,
    `<text x="${LEFT - 8}" y="${top + 10}" text-anchor="end">${Math.round(most)}</text>`,
    `<text x="${LEFT - 8}" y="${top + HEIGHT}" text-anchor="end">0</text>`,
    `<text x="${LEFT + WIDTH}" y="${top + HEIGHT + 16}" text-anchor="end">${Math.round(longest / 60)} min</text>`,
    ...drawn,
  ].join('\n');
}
