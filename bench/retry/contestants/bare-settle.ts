import { bareWrites } from './bare-writes.ts';

export const open = bareWrites('clear', 'append', 'advance');
