// `parleyd -t`: all that would be in parleyd's way is said before it starts,
// each with file, line and key.
import { describe, test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parley } from './lib/parley.mjs';
import { freePort, portSlice, run, scratch } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const parleyd = ours.path('parleyd');
const FOREIGN = '192.0.2.77'; // of no host here (RFC 5737)

describe('-t', { concurrency: 1 }, () => {
	let work, base, rtp;

	before(async () => {
		work = await scratch();
		rtp = await portSlice(20000, 500, 25);
		const port = await freePort(6);
		base = {
			sip_listen: `127.0.0.1:${port}`,
			sip_tls_listen: `127.0.0.1:${port + 1}`,
			https_listen: `127.0.0.1:${port + 2}`,
			http_listen: `127.0.0.1:${port + 3}`,
			media_address: '127.0.0.1',
			webrtc_port: port + 4,
			rtp_ports: `${rtp}-${rtp + 99}`,
			mixers: 1,
			control_socket: `${work.dir}/c.sock`,
			data_dir: work.dir,
			web_dir: ours.web,
		};
	});
	after(() => work.remove());

	// The keys in the order given, one a line
	const checked = async (keys) => {
		const file = join(work.dir, 'parley.conf');
		await writeFile(file, Object.entries({ ...base, ...keys })
			.filter(([, v]) => v !== null)
			.map(([k, v]) => `${k} ${v}\n`).join(''));
		const { code, output } = await run(parleyd, ['-t', '-f', file]);
		const line = (key) => Object.entries({ ...base, ...keys })
			.filter(([, v]) => v !== null).findIndex(([k]) => k === key) + 1;
		return { code, lines: output.trimEnd().split('\n'),
			at: (key) => `${file}:${line(key)}: ${key}: `, file };
	};
	// One problem, with these words
	const refuses = async (key, value, words, more = {}) => {
		const { code, lines, at } = await checked({ ...more, [key]: value });
		assert.equal(code, 1, lines.join('\n'));
		assert.equal(lines.length, 1, lines.join('\n'));
		assert.ok(lines[0].startsWith(at(key)), lines[0]);
		assert.match(lines[0], words);
	};
	const holds = async (t, udp, port) => {
		const s = udp ? createSocket('udp4') : createServer();
		await new Promise((up) => udp ? s.bind(port, '127.0.0.1', up)
			: s.listen(port, '127.0.0.1', up));
		t.after(() => s.close());
	};

	test('what is good is good', async () => {
		const { code, lines, file } = await checked({});
		assert.deepEqual({ code, lines }, { code: 0,
			lines: [`${file}: good`] });
	});

	for (const key of ['sip_tls_listen', 'https_listen', 'media_address'])
		test(`${key}: an address of another host`, () => refuses(key,
			key === 'media_address' ? FOREIGN : `${FOREIGN}:5060`,
			/192\.0\.2\.77 is no address of this host; .*LOCAL\/192/));

	test('sip_listen: both protocols are looked at', async () => {
		const { code, lines, at } = await checked(
			{ sip_listen: `${FOREIGN}:5060` });
		assert.equal(code, 1);
		assert.deepEqual(lines.map((l) => l.startsWith(at('sip_listen'))),
			[true, true], lines.join('\n'));
	});

	for (const [key, udp] of [['sip_listen', true], ['sip_listen', false],
		['sip_tls_listen', false], ['https_listen', false],
		['http_listen', false], ['webrtc_port', true]])
		test(`${key}: in use by ${udp ? 'UDP' : 'TCP'}`, async (t) => {
			const port = await freePort();
			await holds(t, udp, port);
			await refuses(key,
				key === 'webrtc_port' ? port : `127.0.0.1:${port}`,
				new RegExp(`127.0.0.1:${port} by ${udp ? 'UDP' : 'TCP'} is `
					+ `in use by process ${process.pid}, `));
		});

	test('a port is asked for twice', () => refuses('sip_tls_listen',
		base.sip_listen, /by TCP is taken by sip_listen \(.*parley\.conf:1\)/));

	test('rtp_ports: overlaps with webrtc_port', async () => {
		const { code, lines, at } = await checked({ webrtc_port: rtp + 10 });
		assert.equal(code, 1);
		assert.ok(lines.some((l) => l.startsWith(at('rtp_ports'))
			&& /overlaps with webrtc_port/.test(l)), lines.join('\n'));
	});

	test('rtp_ports: some are in use, and most', async (t) => {
		await holds(t, true, rtp + 3);
		const some = await checked({});
		assert.equal(some.code, 0, some.lines.join('\n'));
		assert.ok(some.lines[0].startsWith(`${some.at('rtp_ports')}note: `));
		assert.match(some.lines[0], new RegExp(`1 of 100 ports .*${rtp + 3}`));
		for (let i = 10; i < 70; i++)
			await holds(t, true, rtp + i);
		await refuses('rtp_ports', base.rtp_ports, /61 of 100 ports are in use/);
	});

	test('turn_uri: TLS by an address is told of', async () => {
		const look = (turn_uri) => checked({ turn_uri, turn_secret: 'x' });
		for (const uri of ['turns:192.0.2.9:443', 'turns:[2001:db8::1]']) {
			const { code, lines, at, file } = await look(uri);
			assert.deepEqual([code, lines[1]], [0, `${file}: good`]);
			assert.ok(lines[0].startsWith(`${at('turn_uri')}note: ${uri}: `),
				lines[0]);
		}
		for (const uri of ['turns:turn.example.com:443', 'turn:192.0.2.9'])
			assert.equal((await look(uri)).lines.length, 1);
	});

	test('tls_cert, tls_key', async () => {
		const at = (name) => join(work.dir, name);
		const make = async (name, ...more) => {
			const { code, output } = await run('openssl', ['req', '-x509',
				'-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
				'-nodes', '-subj', '/CN=x', '-keyout', at(`${name}.key`),
				'-out', at(`${name}.pem`), ...more]);
			assert.equal(code, 0, output);
		};
		await make('one');
		await make('two');
		await writeFile(at('junk.pem'), 'junk\n');
		const pair = (cert, key) => ({ tls_cert: at(cert), tls_key: at(key) });

		const good = await checked(pair('one.pem', 'one.key'));
		assert.equal(good.code, 0, good.lines.join('\n'));
		for (const [keys, key, words] of [
			[pair('none.pem', 'one.key'), 'tls_cert', /No such file/],
			[pair('one.pem', 'none.key'), 'tls_key', /No such file/],
			[pair('', 'one.key'), 'tls_cert', /is no file/],
			[pair('junk.pem', 'one.key'), 'tls_cert', /no certificate/],
			[pair('one.pem', 'junk.pem'), 'tls_key', /no key/],
			[pair('one.pem', 'two.key'), 'tls_key', /not .*of tls_cert/],
		])
			await refuses(key, keys[key], words, keys);

		// made some time ago, for a day
		const { code, output } = await run('openssl', ['ca', '-batch',
			'-selfsign', '-in', at('old.csr'), '-out', at('old.pem'),
			'-keyfile', at('one.key'), '-startdate', '20200101000000Z',
			'-enddate', '20200102000000Z', '-config', at('ca.conf'), '-notext'],
		{ cwd: await authority(at) });
		assert.equal(code, 0, output);
		const old = pair('old.pem', 'one.key');
		await refuses('tls_cert', old.tls_cert, /expired \d+ days ago/, old);

		await refuses('tls_cert', at('one.pem'), /goes together with tls_key/);
	});

	// What `openssl ca` needs to give dates
	async function authority(at) {
		await mkdir(at('ca'));
		await writeFile(at('ca/index'), '');
		await writeFile(at('ca/serial'), '01\n');
		await writeFile(at('ca.conf'), '[ca]\ndefault_ca=it\n[it]\n'
			+ `database=${at('ca/index')}\nserial=${at('ca/serial')}\n`
			+ `new_certs_dir=${at('ca')}\ndefault_md=sha256\npolicy=any\n`
			+ '[any]\ncommonName=supplied\n');
		const { code, output } = await run('openssl', ['req', '-new', '-key',
			at('one.key'), '-subj', '/CN=x', '-out', at('old.csr')]);
		assert.equal(code, 0, output);
		return work.dir;
	}

	test('data_dir', async () => {
		await writeFile(join(work.dir, 'file'), '');
		await refuses('data_dir', join(work.dir, 'file'), /is no folder/);
		await refuses('data_dir', join(work.dir, 'file/below'),
			/cannot be written: .*Not a directory/);
	});

	test('control_socket', async () => {
		await writeFile(join(work.dir, 'file'), '');
		await refuses('control_socket', join(work.dir, 'file'),
			/is there and no socket/);
		await refuses('control_socket', join(work.dir, 'file/c.sock'),
			/file is no folder/);
		await refuses('control_socket', `${work.dir}/${'x'.repeat(100)}`,
			/too long/);
	});

	test('web_dir, mixer_program, run_as', async () => {
		await refuses('web_dir', work.dir, /index\.html: No such file/);
		await refuses('mixer_program', join(work.dir, 'none'),
			/none: No such file/);
		await refuses('mixer_program', work.dir, /is no program/);
		await refuses('run_as', 'nobody-of-that-name',
			/there is no user nobody-of-that-name/);
	});

	test('sip_listen: a NAT that media does not know of', async () => {
		const { code, lines, at } = await checked(
			{ sip_listen: `${base.sip_listen}/203.0.113.7` });
		assert.equal(code, 0, lines.join('\n'));
		assert.ok(lines[0].startsWith(`${at('sip_listen')}note: `), lines[0]);
		assert.match(lines[0], /hear nothing/);
	});

	test('account: which of them', async () => {
		const file = join(work.dir, 'accounts.conf');
		await writeFile(file, ['<sip:a@b.example>;conference=fine',
			'<sip:c@b.example>;conference=a:b'].map((a) => `account ${a}\n`)
			.join(''));
		const { code, output } = await run(parleyd, ['-t', '-f', file,
			...Object.entries(base).flatMap(([k, v]) => ['-o', `${k}=${v}`])]);
		assert.equal(code, 1);
		assert.ok(output.startsWith(`${file}:2: account: its conference`),
			output);
	});

	test('all that is wrong is told', async () => {
		const text = await checked({ mixers: 'many', layout: 'star',
			nonsense: 1 });
		assert.equal(text.code, 1);
		assert.deepEqual(text.lines.map((l) => l.split(': ').slice(0, 2)
			.join(': ').slice(text.file.length)).sort(), [
			`:${13}: unknown key "nonsense"`, `:${12}: layout`, `:${8}: mixers`]
			.sort(), text.lines.join('\n'));

		const found = await checked({ web_dir: work.dir, run_as: 'no-such',
			https_listen: `${FOREIGN}:1`, mixer_program: '/none' });
		assert.equal(found.code, 1);
		assert.equal(found.lines.length, 4, found.lines.join('\n'));
	});

	test('what the command line says is wrong is its own', async () => {
		const { code, output } = await run(parleyd, ['-t',
			...Object.entries({ ...base, web_dir: work.dir })
				.flatMap(([k, v]) => ['-o', `${k}=${v}`])]);
		assert.equal(code, 1);
		assert.match(output, /^-o: web_dir: /);
	});

	test('what the running parleyd has is in nobody\'s way', async (t) => {
		const parley = await Parley.start({ webrtc_port: await freePort(),
			sip_tls_listen: `127.0.0.1:${await freePort()}`,
			https_listen: `127.0.0.1:${await freePort()}`,
			http_listen: `127.0.0.1:${await freePort()}` });
		t.after(() => parley.stop());
		const args = Object.entries(parley.settings)
			.filter(([, v]) => v !== null)
			.flatMap(([k, v]) => ['-o', `${k}=${v}`]);
		const { code, output } = await run(parleyd, ['-t', ...args]);
		const lines = output.trimEnd().split('\n');
		assert.equal(code, 0, output);
		assert.equal(lines.pop(), 'defaults: good');
		for (const key of ['sip_listen', 'sip_tls_listen', 'https_listen',
			'http_listen', 'webrtc_port'])
			assert.ok(lines.some((l) => l.startsWith(`-o: ${key}: note: `)
				&& l.endsWith(` by the parleyd that runs, process ${
					parley.program.pid}`)), `${key}\n${output}`);

		// with another control socket it is somebody else's
		const other = await run(parleyd, ['-t', ...args, '-o',
			`control_socket=${work.dir}/c.sock`]);
		assert.equal(other.code, 1);
		assert.match(other.output, new RegExp(`-o: sip_listen: .* is in use `
			+ `by process ${parley.program.pid}, parleyd`));
	});
});
