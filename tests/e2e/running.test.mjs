// Starting, checking, stopping: what an operator's engineer types first.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley, asOurselves } from './lib/parley.mjs';
import { WallClock } from './lib/wall_clock.mjs';
import { Program, freePort, root, run, scratch, stays, until }
	from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const parleyd = ours.path('parleyd');

describe('running parleyd', () => {
	test('-t accepts the shipped configuration', async () => {
		const { code, output } = await run(parleyd,
			// its ports may be in use here
			['-t', '-f', join(root, 'conf/parley.conf'),
				...['sip_listen', 'sip_tls_listen', 'https_listen',
					'http_listen'].flatMap((k) => ['-o', `${k}=127.0.0.1:0`]),
				'-o', 'webrtc_port=0', '-o', 'media_address=127.0.0.1']);
		assert.equal(code, 0, output);
	});

	test('-h names every key', async () => {
		const { code, stdout } = await run(parleyd, ['-h']);
		assert.equal(code, 0);
		for (const key of ['sip_listen', 'sip_tls_listen', 'http_listen',
			'https_listen', 'tls_cert', 'tls_key', 'domain', 'media_address',
			'rtp_ports', 'webrtc_port', 'mixers', 'control_socket',
			'data_dir', 'log_level'])
			assert.match(stdout, new RegExp(`\\b${key}\\b`));
	});

	const bad = [
		['an unknown key', 'mixers 1\nsip_lisen 127.0.0.1:5060\n', 2],
		['a bad number', '\n\nmixers many\n', 3],
		['a bad address', 'sip_listen 300.1.2.3:5060\n', 1],
		['ports upside down', 'rtp_ports 30000-20000\n', 1],
	];
	for (const [what, text, line] of bad) {
		test(`${what} is one line with file and line`, async (t) => {
			const work = await scratch();
			t.after(() => work.remove());
			const file = join(work.dir, 'bad.conf');
			await writeFile(file, text);
			const { code, output } = await run(parleyd, ['-f', file]);
			assert.notEqual(code, 0);
			assert.ok(output.includes(`${file}:${line}:`), output);
			assert.equal(output.trim().split('\n').length, 1, output);
		});
	}

	test('a port in use is one clear line', async (t) => {
		const port = await freePort();
		const holder = createServer();
		await new Promise((up) => holder.listen(port, '127.0.0.1', up));
		t.after(() => holder.close());
		const work = await scratch();
		t.after(() => work.remove());
		const { code, output } = await run(parleyd, [
			'-o', `sip_listen=127.0.0.1:${port}`,
			'-o', 'http_listen=127.0.0.1:0', '-o', 'https_listen=127.0.0.1:0',
			'-o', 'sip_tls_listen=127.0.0.1:0', '-o', 'webrtc_port=0',
			'-o', `control_socket=${work.dir}/c`, '-o', `data_dir=${work.dir}`]);
		assert.notEqual(code, 0);
		assert.match(output, new RegExp(`sip_listen.*${port}.*in use`));
	});

	test('SIGTERM ends all calls with BYE and leaves no child', async (t) => {
		const parley = await Parley.start();
		const bob = await Baresip.start({ audio: 'PCMU/8000/1' });
		t.after(() => bob.stop());
		await bob.dial(parley.uri('term'));
		await parley.endsWell();
		await bob.event('CALL_CLOSED', 3000);
	});

	test('a mixer that takes long to load is waited for', async (t) => {
		const work = await scratch();
		t.after(() => work.remove());
		const file = join(work.dir, 'mixer'), go = join(work.dir, 'go');
		// it comes as far as the other end of this pipe is opened
		assert.equal((await run('mkfifo', [go])).code, 0);
		await writeFile(file, `#!/bin/sh
read -r word < ${go}
exec ${ours.path('parley-mixer')} "$@"
`, { mode: 0o755 });
		let up = false;
		const starting = Parley.start({ mixer_program: file,
			...asOurselves })
			.then((parley) => (up = true, parley));
		await stays('it is not ready', () => !up, 6000);
		await writeFile(go, 'go\n');
		const parley = await starting;
		const { output } = await parley.endsWell();
		assert.match(output, /mixers: up mixer=0/);
	});

	test('systemd is told how it goes, and that it lives', async (t) => {
		const work = await scratch();
		t.after(() => work.remove());
		const socket = join(work.dir, 'notify');
		const systemd = new Program('socat', ['-u', `UNIX-RECV:${socket}`,
			'STDOUT']);
		t.after(() => systemd.stop());
		await until('it listens', () => stat(socket));
		const told = () => systemd.stdout.trim().split('\n');
		const lives = () => told().filter((w) => w === 'WATCHDOG=1').length;

		const parley = await Parley.start({}, { NOTIFY_SOCKET: socket,
			WATCHDOG_USEC: '1000000' });
		t.after(() => parley.stop());
		await until('it is ready', () => told().includes('READY=1'));
		assert.match(told()[0], /^EXTEND_TIMEOUT_USEC=\d+$/);
		const signs = lives();
		await until('it lives', () => lives() >= signs + 3);
		const [mixer] = await parley.mixerPids;
		assert.doesNotMatch(await readFile(`/proc/${mixer}/environ`, 'latin1'),
			/NOTIFY_SOCKET|WATCHDOG/);

		parley.program.child.kill('SIGSTOP');
		await until('it is stopped', async () => /^State:\s*T/m.test(
			await readFile(`/proc/${parley.program.pid}/status`, 'latin1')));
		// what was on its way is here, as socat reads in order
		await run('sh', ['-c', `echo STOPPED | socat -u STDIN UNIX-SEND:${
			socket}`]);
		await until('its last word', () => told().includes('STOPPED'));
		const last = lives();
		await stays('a loop that hangs gives no sign', () => lives() === last,
			1500);
		parley.program.child.kill('SIGCONT');
		await until('it lives again', () => lives() > last);

		parley.program.child.kill('SIGHUP');
		const again = new RegExp('^RELOADING=1\\nMONOTONIC_USEC=\\d+\\n'
			+ '(WATCHDOG=1\\n)*READY=1$', 'm');
		await until('it has read its files again', () =>
			again.test(systemd.stdout));
		await parley.endsWell();
		await until('it says that it ends', () => told().includes('STOPPING=1'));
	});

	test('a leg whose media stops is ended', async (t) => {
		const parley = await Parley.start({ media_timeout: 5 });
		t.after(() => parley.stop());
		const bob = await Baresip.start({ audio: 'PCMU/8000/1' });
		t.after(() => bob.stop());
		await bob.dial(parley.uri('quiet'));
		await until('he is in', async () =>
			(await parley.endpoints('quiet')).length === 1);
		bob.program.child.kill('SIGSTOP');
		await until('he is out', async () =>
			(await parley.cli('show', 'quiet')).code === 4, 15000);
		bob.program.child.kill('SIGCONT');
	});
});

describe('the secure ways in', () => {
	test('TLS 1.2 takes AEAD suites alone, TLS 1.3 as ever', async (t) => {
		const tls = await freePort();
		const parley = await Parley.start({
			sip_tls_listen: `127.0.0.1:${tls}` });
		t.after(() => parley.stop());
		const { host } = new URL(parley.https);
		for (const at of [host, `127.0.0.1:${tls}`]) {
			const connect = (...args) => run('openssl',
				['s_client', '-connect', at, ...args]);
			for (const suite of ['ECDHE-ECDSA-AES128-SHA',
				'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA256']) {
				const { code, output } = await connect('-tls1_2', '-cipher',
					`${suite}:@SECLEVEL=0`);
				assert.notEqual(code, 0, `${suite} at ${at}`);
				assert.match(output, /handshake failure/);
			}
			for (const suite of ['ECDHE-ECDSA-AES128-GCM-SHA256',
				'ECDHE-ECDSA-CHACHA20-POLY1305']) {
				const { output } = await connect('-tls1_2', '-cipher', suite);
				assert.match(output, new RegExp(`Cipher is ${suite}`));
			}
			assert.match((await connect('-tls1_3')).output,
				/Cipher is TLS_AES_256_GCM_SHA384/);
		}
	});

	test('a certificate that ends soon, or has, is told of', async (t) => {
		const work = await scratch();
		t.after(() => work.remove());
		const file = join(work.dir, 'c.pem');
		const clock = await WallClock.make(work.dir);
		const make = async (days, daysAgo = 0) => {
			await clock.set(-24 * 3600 * daysAgo);
			const { code, output } = await run('openssl', ['req', '-x509',
				'-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=h', '-days',
				`${days}`, '-keyout', `${file}.key`, '-out', file],
			{ env: { ...process.env, ...clock.env } });
			assert.equal(code, 0, output);
			// also for whom a parleyd of root has become
			await chmod(`${file}.key`, 0o644);
		};
		await make(10);
		const parley = await Parley.start({ tls_cert: file,
			tls_key: `${file}.key` });
		t.after(() => parley.stop());
		const said = () => parley.program.output.match(
			/certificate: (ends soon|expired) .*/g) || [];
		await until('it is said at the start', () => said().length);
		assert.match(said()[0], /ends soon file=\S+c\.pem days=(9|10)$/);
		await make(10, 12);
		parley.program.child.kill('SIGHUP');
		await until('it is said at the reload', () => said().length === 2);
		assert.match(said()[1], /expired file=\S+c\.pem days_ago=2/);
		await make(15);
		parley.program.child.kill('SIGHUP');
		await until('it is read', () => (parley.program.output
			.match(/reloaded certificate=read/g) || []).length === 2);
		assert.equal(said().length, 2);
	});

	test('SIP over TLS with SDES-SRTP', async (t) => {
		const tls = await freePort();
		const parley = await Parley.start({
			sip_tls_listen: `127.0.0.1:${tls}` });
		t.after(() => parley.stop());
		const bob = await Baresip.start({ audio: 'G722/8000/1', hz: 440,
			transport: 'tls', media: 'srtp-mand' });
		t.after(() => bob.stop());
		const carol = await Baresip.start({ name: 'carol',
			audio: 'PCMA/8000/1', hz: 900, transport: 'tcp' });
		t.after(() => carol.stop());
		await bob.dial(`sip:vault@127.0.0.1:${tls};transport=tls`);
		await carol.dial(`${parley.uri('vault')};transport=tcp`);
		const { hearsOthersOnly } = await import('./lib/judge.mjs');
		await hearsOthersOnly(bob, [carol]);
		await hearsOthersOnly(carol, [bob]);
	});
});
