const WIDTH = 120;
const HEIGHT = 22;

export interface SparklineProps {
  /** In order; null where nothing was measured. */
  values: readonly (number | null)[];
  label: string;
}

/** A line without axes: how something went, not how much it was. */
export function Sparkline({ values, label }: SparklineProps) {
  const highest = Math.max(...values.map((value) => value ?? 0), 1);
  const step = values.length > 1 ? (WIDTH - 4) / (values.length - 1) : 0;
  const points = values.map((value, position) =>
    value === null ? null : { x: 2 + position * step, y: HEIGHT - 3 - (value / highest) * (HEIGHT - 6) },
  );
  let path = '';
  points.forEach((point, position) => {
    if (point === null) return;
    const command = (points[position - 1] ?? null) === null ? 'M' : 'L';
    path += `${command}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  });
  const last = points.findLast((point) => point !== null);
  return (
    <svg role="img" class="spark" width={WIDTH} height={HEIGHT} aria-label={label}>
      <title>{label}</title>
      <path d={path === '' ? 'M0 0' : path} />
      {last == null ? null : <circle cx={last.x.toFixed(1)} cy={last.y.toFixed(1)} r={2} />}
    </svg>
  );
}
