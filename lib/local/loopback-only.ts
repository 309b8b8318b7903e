import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const SERVER_SOCKET = 'net.server.socket';

/**
 * Hangs up on callers from other machines. fauxqs listens on every interface and offers no choice; what it holds needs
 * no password. Answers a function that lifts the ban.
 */
export function acceptLoopbackOnly(port: number): () => void {
  const judge = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port && !isLoopback(socket.remoteAddress)) socket.destroy();
  };
  subscribe(SERVER_SOCKET, judge);
  return () => unsubscribe(SERVER_SOCKET, judge);
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
