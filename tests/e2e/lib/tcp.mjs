// A TCP connection that keeps what it hears.
import { connect } from 'node:net';

// It is open, or closed already where nobody takes it
export async function tcp(port, from) {
	const socket = connect({ port, host: '127.0.0.1', localAddress: from });
	const c = { socket, text: '', closed: false };
	socket.on('data', (d) => { c.text += d.toString('latin1'); });
	socket.on('error', () => {});
	socket.on('close', () => { c.closed = true; });
	await new Promise((done) => {
		socket.once('connect', done);
		socket.once('close', done);
	});
	return c;
}
