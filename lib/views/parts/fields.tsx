import { DataText } from './data-text.tsx';

const MOST = 8;

/** Metadata, a field after the other; nested values as JSON, long ones cut. */
export function Fields({ metadata }: { metadata: Readonly<Record<string, unknown>> | null }) {
  if (metadata === null) return <></>;
  const fields = Object.entries(metadata);
  return (
    <div class="fields">
      {fields.slice(0, MOST).map(([name, value]) => (
        <span>
          <DataText value={name} most={40} />{' '}
          <DataText value={typeof value === 'string' ? value : JSON.stringify(value)} most={60} mono />
        </span>
      ))}
      {fields.length > MOST ? <span>and {fields.length - MOST} more</span> : null}
    </div>
  );
}
