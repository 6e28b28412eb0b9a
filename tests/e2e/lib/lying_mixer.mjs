// A mixer that was taken over: node lying_mixer.mjs FOLDER [parley-mixer's
// arguments]. It speaks the link (mixer/mp/protocol.h) on descriptor 3, waits
// for FOLDER/go, says a good hello and then lies by a seed, which is how many
// of its kind were there before (FOLDER/lives): once in twenty answers it says
// what no mixer says, otherwise nothing but lies about legs.
import { existsSync, readFileSync, readSync, writeFileSync, writeSync }
	from 'node:fs';
import { join } from 'node:path';

const LINK = 3;
const folder = process.argv[2];
const counter = join(folder, 'lives');
const life = Number(readFileSync(counter));
writeFileSync(counter, String(life + 1));

// mulberry32
let seed = 4711 + life;
function random() {
	seed = seed + 0x6d2b79f5 | 0;
	let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
	t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
	return ((t ^ t >>> 14) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const any = (list) => list[below(list.length)];

const send = (bytes) => writeSync(LINK, bytes);
const say = (o) => send(JSON.stringify(o));

const numbers = [-1, 0, 1, 2, 3, 5, 1.5, 4294967295, 4294967297,
	Number.MAX_SAFE_INTEGER, '1', null, true, [], {}];
const texts = ['', 'connected', 'failed', 'timeout', 'closed', 'a\r\na=evil',
	'\u001b[2J', '<x/>', '\u{1f600}', 'x'.repeat(70000)];
const value = () => any([() => any(numbers), () => any(texts)])();

const event = () => ({
	event: any(['talking', 'speaker', 'dtmf', 'video', 'leg.state', 'what']),
	mix: any([value(), below(4)]), leg: any([value(), below(8)]),
	talking: random() < 0.5, state: value(), digit: any(['5', '#', value()]),
	duration_ms: value(), receiving: true, width: value(), height: value() });

// What its end of a leg may look like
const transport = () => ({ kind: any(['plain', 'webrtc', 'plain', value()]),
	address: any(['127.0.0.1', '127.0.0.1', '239.1.2.3', value()]),
	port: any([9, 40000, value()]), rtcp_port: any([0, value()]) });
const leg = () => ({ transports: [transport()],
	media: [{ ssrc: 1, cname: any(['c', 'c', value()]) }] });

const outrages = [
	() => send(Buffer.from('no message')),
	() => send(Buffer.alloc(1000, '[')),
	() => send(Buffer.from('{"event":"\xff"}', 'latin1')),
	() => say({ id: 99999 }),
	() => say({ event: 'hello', version: 1 }),
	() => { for (let i = 0; i < 100000; i++) say(event()); },
];

function answer(request) {
	const id = request.id;

	for (let n = below(5); n; n--)
		say(event());
	if (request.op === 'ping' || random() < 0.2)
		say({ id });
	else if (random() < 0.2)
		say({ id, error: value(), code: value() });
	else if (request.op === 'stats')
		say({ id, mixer: value(), legs: [{ leg: value(), audio: value() },
			{ leg: below(9), audio: { codec: any(texts) } }], more: true });
	else
		say({ id, ...leg() });
	if (random() < 0.05)
		any(outrages)();
}

const until = Date.now() + 60000; // nobody who waits for it waits longer
while (!existsSync(join(folder, 'go'))) {
	if (Date.now() > until)
		process.exit(1);
	await new Promise((done) => setTimeout(done, 50));
}
try {
	say({ event: 'hello', version: 1, pid: process.pid, webrtc_port: 1 });
	const buf = Buffer.alloc(1 << 17);
	for (let n; (n = readSync(LINK, buf)) > 0;)
		answer(JSON.parse(buf.toString('utf8', 0, n)));
} catch (e) {
	if (!['EPIPE', 'ECONNRESET', 'EMSGSIZE'].includes(e.code))
		throw e;
}
