// What parleyd and its mixers may still do once calls are taken. As root: who
// they have become; as anybody: what they deny themselves.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Parley } from './lib/parley.mjs';
import { caps, status } from './lib/proc.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { run, scratch, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';
import { within } from './lib/pace.mjs';

const isRoot = process.getuid() === 0;
const NICE = 1n << 23n; // CAP_SYS_NICE

// A certificate of its own and its key, for all to read
async function certificate(dir) {
	const key = join(dir, 'key'), cert = join(dir, 'cert');
	assert.equal((await run('openssl', ['req', '-x509', '-newkey', 'ec',
		'-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key,
		'-out', cert, '-subj', '/CN=root.example'])).code, 0);
	await chmod(key, 0o644);
	return { tls_cert: cert, tls_key: key };
}

// Every thread of it, not only the first
async function assertConfined(pid) {
	let s;
	for (const tid of await readdir(`/proc/${pid}/task`))
		s = assertThread(await status(`${pid}/task/${tid}`));
	return s;
}

function assertThread(s) {
	assert.equal(s.NoNewPrivs, '1');
	assert.equal(s.Seccomp, '2');
	if (!isRoot)
		return s;
	const uids = s.Uid.split(/\s+/), gids = s.Gid.split(/\s+/);
	assert.ok(uids.every((id) => id === uids[0] && id !== '0'), s.Uid);
	assert.ok(gids.every((id) => id === gids[0] && id !== '0'), s.Gid);
	assert.equal(s.Groups.trim(), '');
	assert.equal(caps(s, 'Eff'), 0n);
	assert.equal(caps(s, 'Bnd') & ~NICE, 0n, s.CapBnd);
	assert.equal(caps(s, 'Prm') & ~NICE, 0n, s.CapPrm);
	return s;
}

async function call(t, parley, name) {
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());
	peer.send(peer.request('INVITE', parley.uri(name), { body: sdp(9) }));
	assert.equal((await peer.final('it is answered')).first,
		'SIP/2.0 200 OK');
}

// It opens a connection of its own, and shows its certificate on it
async function callsByTls(t, parley) {
	const far = createServer();
	t.after(() => far.close());
	far.listen(0, '127.0.0.1');
	await once(far, 'listening');
	const met = once(far, 'connection').then(([socket]) => socket.destroy());
	await parley.cli('invite', 'tls', `sip:bob@127.0.0.1:${
		far.address().port};transport=tls`);
	await within('it connects', met, 5000);
}

// How `parley stats` of root ends where somebody made parley's last place, as
// lib/false_server.mjs says; nothing of that is seen outside
async function asksAt(name) {
	const { stdout, output } = await run('unshare', ['--mount', 'sh', '-c',
		'mount -t tmpfs none /run && cp "$0" "$1" /run && '
		+ 'mount -t tmpfs none /tmp && '
		+ 'exec "$2" /run/false_server.mjs "$3" /run/parley',
		ours.path('parley'),
		new URL('lib/false_server.mjs', import.meta.url).pathname,
		process.execPath, name]);
	try {
		return JSON.parse(stdout);
	} catch {
		throw new Error(output);
	}
}

describe('privileges', () => {
	test('parleyd and its mixers have given them up', async (t) => {
		const parley = await Parley.start();
		t.after(() => parley.stop());
		const self = await assertConfined(parley.program.pid);
		const [old] = await parley.mixerPids;
		const mixer = await assertConfined(old);
		assert.equal(mixer.Uid, self.Uid);
		assert.equal(caps(mixer, 'Prm'), 0n);

		// what was root's is theirs, and goes on: users, a new mixer
		assert.equal((await parley.cli('user', 'add', 'ann', '--generate'))
			.code, 0);
		process.kill(old, 'SIGKILL');
		await call(t, parley, 'anew');
		const [fresh] = await parley.mixerPids;
		assert.notEqual(fresh, old);
		await assertConfined(fresh);
		const { output } = await parley.endsWell();
		// it has the same priority as the first
		if (isRoot)
			assert.doesNotMatch(output,
				/started.*=unchanged/s);
	});

	test('programs and files in a folder of root alone are used',
		{ skip: !isRoot }, async (t) => {
			const work = await scratch();
			t.after(() => work.remove());
			await chmod(work.dir, 0o700);
			const program = join(work.dir, 'mixer');
			assert.equal((await run('cp', [ours.path('parley-mixer'),
				program])).code, 0);
			const parley = await Parley.start({ mixer_program: program,
				...await certificate(work.dir) });
			t.after(() => parley.stop());
			await until('it is said, with what to do', () => new RegExp(
				`SIGHUP.*key=tls_key.* try="chgrp \\S+ ${
					work.dir} && chmod g\\+x ${work.dir}"`)
				.test(parley.program.output));
			const [old] = await parley.mixerPids;
			process.kill(old, 'SIGKILL');
			await call(t, parley, 'anew');
			await assertConfined((await parley.mixerPids)[0]);
			await callsByTls(t, parley);
			// a renewed one cannot be read, and calls go on with the old one
			parley.program.child.kill('SIGHUP');
			await until('it is said', () =>
				/load tls_(cert|key)=.*Permission denied.*certificate=kept/s
					.test(parley.program.output));
			await call(t, parley, 'still');
			await callsByTls(t, parley);
			await parley.endsWell();
		});

	test('a configuration of root alone keeps no certificate from being read',
		{ skip: !isRoot }, async (t) => {
			const work = await scratch();
			t.after(() => work.remove());
			const file = join(work.dir, 'parley.conf');
			await writeFile(file, 'log_level info\n', { mode: 0o600 });
			const parley = await Parley.start({ '-f': file, log_level: null,
				...await certificate(work.dir) });
			t.after(() => parley.stop());
			const said = (what) => until(`it says ${what}`, () =>
				what.exec(parley.program.output));
			const [, fix] = await said(new RegExp('SIGHUP cannot read.* '
				+ `key=-f file=${file} .*try="(chgrp .*)"`));
			assert.doesNotMatch(parley.program.output, /key=tls_/);
			await certificate(work.dir);
			parley.program.child.kill('SIGHUP');
			await said(new RegExp('stays as it was: '
				+ `${file}: Permission denied`));
			await said(/reloaded certificate=read configuration=kept/);

			// what it says to do does it
			assert.equal((await run('sh', ['-c', fix])).code, 0);
			parley.program.child.kill('SIGHUP');
			await said(/reloaded certificate=read configuration=read/);
			await parley.endsWell();
		});

	test('a port that is root\'s is bound, also by a mixer that comes later',
		{ skip: !isRoot }, async (t) => {
			const parley = await Parley.start({ webrtc_port: 997,
				http_listen: '127.0.0.1:998' });
			t.after(() => parley.stop());
			const [old] = await parley.mixerPids;
			process.kill(old, 'SIGKILL');
			await call(t, parley, 'anew');
			const self = await status(parley.program.pid);
			assert.equal(caps(self, 'Eff'), 0n);
			assert.equal(caps(self, 'Bnd') & ~(NICE | 1n << 10n), 0n);
			assert.equal((await fetch('http://127.0.0.1:998/')).status, 200);
			await parley.endsWell();
		});

	test('run_as says who; nobody unknown is become', { skip: !isRoot },
		async (t) => {
			const parley = await Parley.start({ run_as: '54321' });
			t.after(() => parley.stop());
			assert.match((await status(parley.program.pid)).Uid, /^54321\b/);
			assert.equal((await stat(join(parley.scratch.dir, 'parley.db')))
				.uid, 54321);
			await assert.rejects(Parley.start({ run_as: 'no-such-user' }),
				/run_as/);
			const kept = await Parley.start({ run_as: 'root' });
			t.after(() => kept.stop());
			const s = await status(kept.program.pid);
			assert.match(s.Uid, /^0\b/);
			assert.equal(s.Seccomp, '2');
			assert.match(kept.program.output, /privileges: kept/);
			// its mixers are nobody all the same
			const mixer = await status((await kept.mixerPids)[0]);
			assert.match(mixer.Uid, /^65534\b/);
		});

	test('a server that somebody else put in the way is not asked',
		{ skip: !isRoot }, async () => {
			for (const [name, says] of [
				['nobody', /no server found/],
				['theirs', /\/tmp\/parley-0 is not this user's alone/],
				['open', /\/tmp\/parley-0 is not this user's alone/],
				['link', /\/tmp\/parley-0 is not this user's alone/],
				['moved', /parley-0\/parley\.sock is another user's .*65534/],
				['inherited', /run\/parley\/parley\.sock is another user's/],
			]) {
				const { code, stderr, heard } = await asksAt(name);
				assert.equal(code, 3, name);
				assert.match(stderr, says);
				assert.equal(heard, '', name);
			}
			assert.match((await asksAt('ours')).heard, /stats/);
			const { stderr, heard } = await asksAt('denied');
			assert.match(heard, /stats/, stderr);
		});
});
