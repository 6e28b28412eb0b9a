// ./dev soak churn [SECONDS]: twenty join a second, stay for some seconds and
// leave, but for one in ten that vanishes without a word; sixty seconds after
// the last nobody is left, and memory and descriptors are as they were.
import { Churn, size } from './lib/churn.mjs';
import { Parley } from './lib/parley.mjs';

const seconds = Number(process.argv[2] || 1800);
if (!(seconds >= 60)) {
	console.error('usage: ./dev soak churn [SECONDS], 60 at least');
	process.exit(2);
}
const GONE_S = 60, KB_FREE = 8192, FDS_FREE = 8;
// Transactions live 32 s, who vanished 20 s: from here on it is level
const WARM_S = Math.min(90, seconds / 2);

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));
const wrong = [];

const parley = await Parley.start({ max_participants: 2000 });
const churn = await Churn.open(parley);

const [mixer] = await parley.mixerPids;
const processes = { parleyd: parley.program.pid, mixer };
const warm = {}, begun = performance.now();
const since = () => (performance.now() - begun) / 1000;
try {
	for (let said = 0; since() < seconds; await sleep(50)) {
		churn.call(since());
		for (const [name, pid] of Object.entries(processes))
			if (!warm[name] && since() > WARM_S)
				warm[name] = await size(pid);
		if (since() > said) {
			said += 10;
			console.log(`${since().toFixed(0).padStart(5)} s  ${
				churn.calls} calls, ${churn.answered} answered, ${
				churn.refused} refused, ${churn.vanished} vanished`);
		}
	}
	await sleep(GONE_S * 1000);
	const { conferences } = await parley.json('list');
	if (conferences.length)
		wrong.push(`left: ${JSON.stringify(conferences)}`);
	const { sessions } = await parley.json('stats');
	if (sessions.sessions)
		wrong.push(`${sessions.sessions} sessions left`);
	if (churn.answered < churn.calls * 0.99)
		wrong.push(`${churn.answered} of ${churn.calls} calls answered`);
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
	churn.close();
	const end = await parley.stop();
	if (end.code !== 0)
		wrong.push(`parleyd ended with ${end.code ?? end.signal}\n${
			end.output.slice(-2000)}`);
}
for (const text of wrong)
	console.error(`churn: ${text}`);
console.log(wrong.length ? 'churn: failed' : `churn: ok, ${
	churn.answered} calls came, ${churn.vanished} vanished, ${
	churn.ended} were ended by Parley`);
process.exit(wrong.length ? 1 : 0);
