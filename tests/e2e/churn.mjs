// ./dev soak churn [SECONDS]: twenty join a second, stay for some seconds and
// leave, but for one in ten that vanishes without a word; sixty seconds after
// the last nobody is left, and memory and descriptors are as they were.
import { readFile, readdir } from 'node:fs/promises';
import { Parley } from './lib/parley.mjs';
import { SipPeer, parse, sdp } from './lib/sip_peer.mjs';

const seconds = Number(process.argv[2] || 1800);
if (!(seconds >= 60)) {
	console.error('usage: ./dev soak churn [SECONDS], 60 at least');
	process.exit(2);
}
const A_SECOND = 20, VANISHES = 10, STAY_MS = [1000, 6000], GONE_S = 60;
const KB_FREE = 8192, FDS_FREE = 8;
// Transactions live 32 s, who vanished 20 s: from here on it is level
const WARM_S = Math.min(90, seconds / 2);

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));
const size = async (pid) => ({
	kB: Number((await readFile(`/proc/${pid}/status`, 'utf8'))
		.match(/VmRSS:\s+(\d+)/)[1]),
	fds: (await readdir(`/proc/${pid}/fd`)).length });
const wrong = [];

const parley = await Parley.start({ max_participants: 2000 });
const sip = await SipPeer.open(parley.sipPort, { name: 'churn' });
let calls = 0, answered = 0, refused = 0, vanished = 0, ended = 0;

// BYEs are answered, and 200s acknowledged; nothing of it is kept
sip.received = { push() {} };
sip.socket.on('message', (data) => {
	const m = parse(`${data}`);
	const callId = m.headers['call-id'];
	if (m.method === 'BYE') {
		ended++;
		sip.send('SIP/2.0 200 OK\r\n' + ['via', 'from', 'to', 'call-id',
			'cseq'].map((h) => `${h}: ${m.headers[h]}\r\n`).join('')
			+ 'Content-Length: 0\r\n\r\n');
		return;
	}
	if (m.status < 200 || !m.headers.cseq?.endsWith('INVITE'))
		return;
	const uri = parley.uri(`churn${Number(callId.split('-')[1]) % 5}`);
	sip.send(sip.request('ACK', uri, { callId, toTag: m.toTag,
		branch: m.status > 299 ? `z9hG4bK${callId}` : undefined }));
	if (m.status > 299) {
		refused++;
		return;
	}
	answered++;
	if (Math.random() < 1 / VANISHES) {
		vanished++;
		return;
	}
	setTimeout(() => sip.send(sip.request('BYE', uri, { callId, cseq: 2,
		toTag: m.toTag })),
	STAY_MS[0] + Math.random() * (STAY_MS[1] - STAY_MS[0]));
});

const [mixer] = await parley.mixerPids;
const processes = { parleyd: parley.program.pid, mixer };
const warm = {}, begun = performance.now();
const since = () => (performance.now() - begun) / 1000;
try {
	for (let said = 0; since() < seconds; await sleep(50)) {
		for (; calls < since() * A_SECOND; calls++) {
			const callId = `churn-${calls}`;
			sip.send(sip.request('INVITE', parley.uri(`churn${calls % 5}`), {
				callId, branch: `z9hG4bK${callId}`, body: sdp(4000) }));
		}
		for (const [name, pid] of Object.entries(processes))
			if (!warm[name] && since() > WARM_S)
				warm[name] = await size(pid);
		if (since() > said) {
			said += 10;
			console.log(`${since().toFixed(0).padStart(5)} s  ${calls} calls, ${
				answered} answered, ${refused} refused, ${vanished} vanished`);
		}
	}
	await sleep(GONE_S * 1000);
	const { conferences } = await parley.json('list');
	if (conferences.length)
		wrong.push(`left: ${JSON.stringify(conferences)}`);
	const { sessions } = await parley.json('stats');
	if (sessions.sessions)
		wrong.push(`${sessions.sessions} sessions left`);
	if (answered < calls * 0.99)
		wrong.push(`${answered} of ${calls} calls answered`);
	for (const [name, pid] of Object.entries(processes)) {
		const now = await size(pid);
		console.log(`${name}: ${(warm[name].kB / 1024).toFixed(1)} MB and ${
			warm[name].fds} descriptors when warm, ${
			(now.kB / 1024).toFixed(1)} MB and ${now.fds} at the end`);
		if (now.kB > warm[name].kB + KB_FREE)
			wrong.push(`${name} has grown`);
		if (now.fds > warm[name].fds + FDS_FREE)
			wrong.push(`${name} keeps descriptors`);
	}
} catch (error) {
	wrong.push(error.stack);
} finally {
	sip.close();
	const end = await parley.stop();
	if (end.code !== 0)
		wrong.push(`parleyd ended with ${end.code ?? end.signal}\n${
			end.output.slice(-2000)}`);
}
for (const text of wrong)
	console.error(`churn: ${text}`);
console.log(wrong.length ? 'churn: failed' : `churn: ok, ${answered} calls came, ${
	vanished} vanished, ${ended} were ended by Parley`);
process.exit(wrong.length ? 1 : 0);
