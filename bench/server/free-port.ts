export { freePort } from '../../lib/local/free-port.ts';
