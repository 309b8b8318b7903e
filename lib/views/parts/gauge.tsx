import type { Units } from '../../reports/report.ts';

const WIDTH = 120;

/** How full a rail is. */
export function Gauge({ share, tone, label }: Units['gauge']) {
  return (
    <svg role="img" width={WIDTH} height={20} aria-label={label}>
      <title>{label}</title>
      <rect class="rail" x={0} y={7} width={WIDTH} height={6} rx={3} />
      <g class={tone}>
        <rect
          class="fill"
          x={0}
          y={7}
          width={(Math.min(1, Math.max(0, share)) * WIDTH).toFixed(1)}
          height={6}
          rx={3}
        />
      </g>
    </svg>
  );
}
