// A page of another site, and the WebSocket of its visitors.
import { connect } from 'node:net';

export const row = 9;
export const title = 'pages of other sites';
export const files = ['webrtc'];
export const figures = {
	foreign: ['WebSocket with another site\'s Origin: status', { is: 403 }],
	own: ['with the join page\'s own: status', { is: 101 }],
};

// Status of the handshake (RFC 6455 section 4)
function handshake(http, origin) {
	const { hostname, port, host } = new URL(http);
	return new Promise((told, failed) => {
		const socket = connect({ host: hostname, port });
		socket.on('error', failed);
		socket.once('data', (data) => {
			told(Number(`${data}`.match(/^HTTP\/1\.1 (\d{3})/)?.[1]));
			socket.destroy();
		});
		socket.write(`GET /ws HTTP/1.1\r\nHost: ${host}\r\n`
			+ `Origin: ${origin}\r\nUpgrade: websocket\r\n`
			+ 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
			+ 'Sec-WebSocket-Protocol: sip\r\n'
			+ 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
	});
}

export async function measure(t) {
	const parley = await t.start({ web_origins: null });
	return { foreign: await handshake(parley.http, 'https://other.example'),
		own: await handshake(parley.http, parley.http) };
}
