import { type AddressInfo, createServer } from 'node:net';
import { PortInUseError } from './postgres/postgres-cluster.ts';

/** A port of the loopback interface that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((settle) => probe.listen(0, '127.0.0.1', settle));
  const { port } = probe.address() as AddressInfo;
  await new Promise((settle) => probe.close(settle));
  return port;
}

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
