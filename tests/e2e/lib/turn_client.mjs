// A TURN client (RFC 8656) over TLS that says what the server answers:
//   node turn_client.mjs SERVER USER PASSWORD [PEER...]
// prints the codes for Allocate and for CreatePermission to each peer, 0 for
// success: [0, 403]
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:tls';

const [host, user, password, ...peers] = process.argv.slice(2);
const COOKIE = 0x2112a442;
const ALLOCATE = 0x003, PERMISSION = 0x008;
const USERNAME = 0x006, INTEGRITY = 0x008, ERROR = 0x009, PEER = 0x012,
	REALM = 0x014, NONCE = 0x015, TRANSPORT = 0x019;

const attribute = (type, value) => {
	const head = Buffer.alloc(4);
	head.writeUInt16BE(type, 0);
	head.writeUInt16BE(value.length, 2);
	return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
};

function message(type, attributes, known) {
	let body = Buffer.concat(attributes);
	const head = Buffer.alloc(20);
	head.writeUInt16BE(type, 0);
	head.writeUInt32BE(COOKIE, 4);
	randomBytes(12).copy(head, 8);
	if (known) {
		body = Buffer.concat([body, attribute(USERNAME, Buffer.from(user)),
			attribute(REALM, known.realm), attribute(NONCE, known.nonce)]);
		// RFC 8489 section 14.5: the length includes it
		head.writeUInt16BE(body.length + 24, 2);
		const key = createHash('md5').update(
			`${user}:${known.realm}:${password}`).digest();
		body = Buffer.concat([body, attribute(INTEGRITY,
			createHmac('sha1', key).update(head).update(body).digest())]);
	}
	head.writeUInt16BE(body.length, 2);
	return Buffer.concat([head, body]);
}

function read(bytes) {
	const found = new Map();
	for (let at = 20; at + 4 <= bytes.length;) {
		const length = bytes.readUInt16BE(at + 2);
		found.set(bytes.readUInt16BE(at),
			bytes.subarray(at + 4, at + 4 + length));
		at += 4 + length + (-length & 3);
	}
	const error = found.get(ERROR);
	return { code: error ? error[2] * 100 + error[3] : 0,
		realm: found.get(REALM), nonce: found.get(NONCE) };
}

const socket = connect({ host, port: 443, rejectUnauthorized: false });
let rest = Buffer.alloc(0), waiting;
socket.on('data', (data) => {
	rest = Buffer.concat([rest, data]);
	if (rest.length < 20 || rest.length < 20 + rest.readUInt16BE(2))
		return;
	const whole = 20 + rest.readUInt16BE(2);
	waiting(read(rest.subarray(0, whole)));
	rest = rest.subarray(whole);
});
socket.on('error', (error) => {
	console.error(error.message);
	process.exit(1);
});
const ask = (...of) => new Promise((done) => {
	waiting = done;
	socket.write(message(...of));
});

const udp = attribute(TRANSPORT, Buffer.from([17, 0, 0, 0]));
const known = await ask(ALLOCATE, [udp]);
const { code } = await ask(ALLOCATE, [udp], known);
const codes = [code];
for (const peer of code ? [] : peers) {
	const address = Buffer.alloc(8);
	address[1] = 1;
	peer.split('.').forEach((byte, i) => { address[4 + i] = Number(byte); });
	address.writeUInt32BE((address.readUInt32BE(4) ^ COOKIE) >>> 0, 4);
	codes.push((await ask(PERMISSION, [attribute(PEER, address)],
		known)).code);
}
console.log(JSON.stringify(codes));
socket.destroy();
