interface TotalProps {
  count: number;
  /** It was counted up to here; there are more. */
  more?: boolean;
  one: string;
  many?: string;
}

/** How many rows a list has in all, as the number that led here says it. */
export function Total({ count, more = false, one, many = `${one}s` }: TotalProps) {
  return (
    <>
      <strong class="total">{`${count.toLocaleString('en')}${more ? '+' : ''}`}</strong>{' '}
      {count === 1 && !more ? one : many}
    </>
  );
}
