export { freePort } from '../../lib/local/ports.ts';
