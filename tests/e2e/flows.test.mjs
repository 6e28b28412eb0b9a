// Connections that several use: what one call meets does not end another.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Parley } from './lib/parley.mjs';
import { parse, sdp } from './lib/sip_peer.mjs';
import { freePort, until } from './lib/process.mjs';

// An outbound proxy by TCP; `onRequest` gets each request and a way to answer
async function proxy(t, onRequest) {
	const p = { connections: 0, open: new Set() };
	p.server = createServer((socket) => {
		let text = '';
		p.connections++;
		p.open.add(socket);
		socket.on('close', () => p.open.delete(socket));
		socket.on('error', () => {});
		socket.on('data', (data) => {
			text += `${data}`;
			for (;;) {
				const end = text.indexOf('\r\n\r\n');
				const length = end < 0 ? 0
					: Number(/content-length: *(\d+)/i.exec(text)?.[1] || 0);
				if (end < 0 || text.length < end + 4 + length)
					return;
				const request = parse(text.slice(0, end + 4 + length));
				text = text.slice(end + 4 + length);
				if (request.method)
					onRequest(request, (status, body = '') =>
						socket.write(answer(request, status, body, p.port)));
			}
		});
	});
	await new Promise((up) => p.server.listen(0, '127.0.0.1', up));
	p.port = p.server.address().port;
	t.after(() => {
		p.server.close();
		p.open.forEach((socket) => socket.destroy());
	});
	return p;
}

function answer({ headers: h }, status, body, port) {
	return [`SIP/2.0 ${status} Said So`, `Via: ${h.via}`, `From: ${h.from}`,
		`To: ${h.to}${h.to.includes('tag=') ? '' : ';tag=b'}`,
		`Call-ID: ${h['call-id']}`, `CSeq: ${h.cseq}`,
		`Contact: <sip:b@127.0.0.1:${port};transport=tcp>`,
		...(body ? ['Content-Type: application/sdp'] : []),
		`Content-Length: ${body.length}`, '', body].join('\r\n');
}

async function start(t, options) {
	const parley = await Parley.start(options);
	t.after(async () => {
		await parley.endsWell();
	});
	return parley;
}

// Audio as PCMU, no more
function accept(body, port) {
	return sdp(port, { media: body.match(/^m=.*$/gm).map((m) =>
		(m.startsWith('m=audio') ? `m=audio ${port} RTP/AVP 0\r\n`
			: `${m.trim().replace(/^(m=\w+) \d+/, '$1 0')}\r\n`)).join('') });
}

describe('S20: a connection that several use', () => {
	test('S20: a 503 for one callee leaves the call that rings', async (t) => {
		const media = await freePort();
		let pickUp;
		const p = await proxy(t, ({ method, first, body }, say) => {
			if (method === 'INVITE' && first.includes('bob'))
				say(503);
			else if (method === 'INVITE') {
				say(180);
				pickUp = () => say(200, accept(body, media));
			}
			else if (method !== 'ACK')
				say(200);
		});
		const parley = await start(t, { outbound_proxy:
			`sip:localhost:${p.port};transport=tcp;lr` });
		await parley.json('invite', 'hall', 'sip:alice@callees.example');
		await until('alice rings', () => pickUp);
		await parley.cli('invite', 'hall', 'sip:bob@callees.example');
		await parley.program.printed(/dial failed reason=/);
		assert.equal(p.open.size, 1, 'the connection is open');
		pickUp();
		await until('alice is in', async () =>
			(await parley.endpoints('hall')).some((e) =>
				e.status === 'connected'));
		assert.equal(p.connections, 1);
	});
});
