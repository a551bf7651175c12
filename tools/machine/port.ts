import { createServer } from 'node:net';

/** A TCP port of localhost that is free: the wished one, or any. */
export function freePort(wish: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE' && wish !== 0) freePort(0).then(resolve, reject);
			else reject(error);
		});
		server.listen(wish, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : wish));
		});
	});
}
