const printed: string[] = [];

/** Prints a part of what a benchmark found: Markdown that reads as well in a terminal. */
export function print(text: string): void {
  printed.push(text);
  console.log(`${text}\n`);
}

/** All that was printed. */
export function everythingPrinted(): string {
  return printed.join('\n\n');
}
