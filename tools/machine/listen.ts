import { createServer, type Server, type Socket } from 'node:net';
import { waitFor } from './wait.js';

/** A socket that waits for one peer. */
export interface Awaited {
	/** Resolves with the connection. */
	accepted(timeout: number, signal?: AbortSignal): Promise<Socket>;
	close(): void;
}

/** Listens on a Unix socket. @throws when the path is taken or too long */
export async function listen(path: string): Promise<Awaited> {
	const server: Server = createServer();
	let peer: Socket | undefined;
	server.on('connection', (socket) => {
		// A peer that vanishes shows as a close; who reads the socket adds the handling of its own.
		socket.on('error', () => {});
		if (peer === undefined) peer = socket;
		else socket.destroy();
		server.close();
		server.emit('#accepted', socket);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(path, resolve);
	});
	return {
		accepted: (timeout, signal) =>
			waitFor<Socket>({ timeout, signal, what: `a connection to ${path}` }, (resolve) => {
				if (peer !== undefined) resolve(peer);
				server.once('#accepted', resolve);
				return () => server.off('#accepted', resolve);
			}),
		close: () => {
			server.close();
			peer?.destroy();
		},
	};
}
