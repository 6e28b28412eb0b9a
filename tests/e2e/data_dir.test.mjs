// A data_dir that cannot be written, or that another program has locked, is
// no reason to take no calls: what needs no store goes on, and what needs it
// says why not.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { Parley } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { run, scratch, until } from './lib/process.mjs';

async function call(t, parley, name) {
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());
	peer.send(peer.request('INVITE', parley.uri(name), { body: sdp(9) }));
	assert.equal((await peer.final('it is answered')).first,
		'SIP/2.0 200 OK');
}

const add = (parley, name) => parley.cli('user', 'add', name, '--generate');

describe('data_dir', () => {
	test('one that cannot be made is lived without', async (t) => {
		const parley = await Parley.start({ data_dir: '/proc/none/parley' });
		t.after(() => parley.stop());
		assert.match(parley.program.output,
			/^warn store: cannot be written: .*state=absent/m);
		await call(t, parley, 'adhoc');
		// with a certificate of its own
		const page = await fetch(`${parley.http}/`);
		assert.equal(page.status, 200);
		const { code, output } = await add(parley, 'ann');
		assert.equal(code, 1);
		assert.match(output, /the store is read-only/);
		assert.equal((await parley.json('stats')).store.state, 'absent');
		assert.match((await parley.cli('stats')).stdout,
			/^store: absent \/proc\/none\/parley\/parley\.db: \S/m);
		await parley.endsWell();
	});

	// A disk of its own: only root can have one
	test('one on a full disk is read', { skip: process.getuid() !== 0 },
		async (t) => {
			const work = await scratch(), disk = join(work.dir, 'disk');
			t.after(async () => {
				await run('umount', ['-l', disk]);
				await work.remove();
			});
			await mkdir(disk);
			assert.equal((await run('mount', ['-t', 'tmpfs', '-o',
				'size=400k,mode=755', 'tmpfs', disk])).code, 0);
			const before = await Parley.start({ data_dir: disk });
			t.after(() => before.stop());
			assert.equal((await add(before, 'ann')).code, 0);
			await before.endsWell();
			const fill = join(disk, '.fill');
			await run('dd', ['if=/dev/zero', `of=${fill}`, 'bs=4k']);

			const parley = await Parley.start({ data_dir: disk });
			t.after(() => parley.stop());
			assert.match(parley.program.output,
				/^warn store: cannot be written: .*state=read-only/m);
			assert.match((await parley.cli('user', 'list')).stdout, /ann/);
			const { code, output } = await add(parley, 'bob');
			assert.equal(code, 1);
			assert.match(output, /the disk of data_dir is full/);
			await call(t, parley, 'adhoc');
			await rm(fill);
			await until('there is room', async () =>
				(await add(parley, 'bob')).code === 0);
			await parley.endsWell();
		});

	test('one that another program has locked stops nothing', async (t) => {
		const work = await scratch();
		t.after(() => work.remove());
		const parley = await Parley.start({ data_dir: work.dir });
		t.after(() => parley.stop());
		assert.equal((await add(parley, 'ann')).code, 0);
		const other = spawn('sqlite3', [join(work.dir, 'parley.db')]);
		t.after(() => other.kill());
		const locked = new Promise((told) => other.stdout.once('data', told));
		other.stdin.write("BEGIN EXCLUSIVE; SELECT 'locked';\n");
		await locked;
		const begun = Date.now();
		const { code, output } = await add(parley, 'bob');
		assert.equal(code, 1);
		assert.match(output, /locked by another program/);
		t.diagnostic(`answered after ${Date.now() - begun} ms`);
		await call(t, parley, 'adhoc');
		// who is known already is read
		assert.match((await parley.cli('user', 'list')).stdout, /ann/);
		other.stdin.end();
		await until('it can be written again', async () =>
			(await add(parley, 'bob')).code === 0);
		await parley.endsWell();
	});

	for (const mode of ['WAL', 'DELETE'])
		test(`a lock at the start is lived with: ${mode}`, async (t) => {
			const work = await scratch();
			t.after(() => work.remove());
			const before = await Parley.start({ data_dir: work.dir });
			t.after(() => before.stop());
			assert.equal((await add(before, 'ann')).code, 0);
			await before.endsWell();
			const other = spawn('sqlite3', [join(work.dir, 'parley.db')]);
			t.after(() => other.kill());
			const locked = new Promise((told) => other.stdout.on('data',
				(text) => `${text}`.includes('locked') && told()));
			other.stdin.write(`PRAGMA journal_mode=${mode}; BEGIN EXCLUSIVE;`
				+ " SELECT 'locked';\n");
			await locked;

			const parley = await Parley.start({ data_dir: work.dir });
			t.after(() => parley.stop());
			assert.match(parley.program.output,
				/^warn store: cannot be written: .*another program/m);
			await call(t, parley, 'adhoc');
			assert.match((await parley.cli('stats')).stdout,
				/^store: (read-only|absent) .*another program has it/m);
			const { code, output } = await add(parley, 'bob');
			assert.equal(code, 1);
			assert.match(output, /locked by another program/);
			other.stdin.end();
			await until('it can be written', async () =>
				(await add(parley, 'bob')).code === 0);
			assert.match((await parley.cli('user', 'list')).stdout,
				/ann[^]*bob/);
			await parley.endsWell();
		});
});
