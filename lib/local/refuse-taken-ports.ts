import { createServer } from 'node:net';
import { PortInUseError } from './postgres-start-error.ts';

/** @throws PortInUseError naming the first of `ports` on which another program of this machine listens. */
export async function refuseTakenPorts(ports: number[]): Promise<void> {
  for (const port of ports) {
    const probe = createServer();
    await new Promise<void>((settle, fail) => {
      probe.once('error', (cause) => fail(new PortInUseError(port, { cause })));
      probe.listen(port, '127.0.0.1', () => probe.close(() => settle()));
    });
  }
}
