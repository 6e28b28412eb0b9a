// In a mount namespace whose /tmp is its own, as root: somebody makes
// parley's last place before any server is there, then root asks for stats, or
// a user who may not look into the place before it.
//
//   node false_server.mjs CASE PARLEY
//
// Prints as JSON how that ended: code, stderr, and what the server there heard.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';

const [name, parley] = process.argv.slice(2);
const place = '/tmp/parley-0', socket = `${place}/parley.sock`;
let heard = '';

// What a process of that user would have made
async function listenAs(user, path) {
	const server = createServer((c) => {
		c.on('error', () => {});
		c.on('data', (data) => {
			heard += data;
			c.end('{}\n');
		});
	});
	process.seteuid(user);
	server.listen(path);
	process.seteuid(0);
	await once(server, 'listening');
}

function makeAs(user, folder, mode) {
	process.seteuid(user);
	mkdirSync(folder);
	chmodSync(folder, mode);
	process.seteuid(0);
}

const nobody = 65534, user = 54321;
const cases = {
	async nobody() {},
	async theirs() {
		makeAs(nobody, place, 0o755);
		await listenAs(nobody, socket);
	},
	async open() {
		makeAs(0, place, 0o777);
		await listenAs(0, socket);
	},
	async link() {
		makeAs(0, '/tmp/elsewhere', 0o700);
		symlinkSync('/tmp/elsewhere', place);
		await listenAs(0, socket);
	},
	async moved() {
		makeAs(nobody, '/tmp/elsewhere', 0o755);
		await listenAs(nobody, '/tmp/elsewhere/parley.sock');
		makeAs(0, place, 0o700);
		renameSync('/tmp/elsewhere/parley.sock', socket);
	},
	async ours() {
		makeAs(0, place, 0o700);
		await listenAs(0, socket);
	},
	// who became root, and has the environment of before
	async inherited() {
		makeAs(nobody, '/tmp/run', 0o700);
		makeAs(nobody, '/tmp/run/parley', 0o700);
		await listenAs(nobody, '/tmp/run/parley/parley.sock');
		env.XDG_RUNTIME_DIR = '/tmp/run';
	},
	async denied() {
		const own = `/tmp/parley-${user}`;
		makeAs(0, '/tmp/run', 0o700);
		makeAs(user, own, 0o700);
		await listenAs(user, `${own}/parley.sock`);
		env.XDG_RUNTIME_DIR = '/tmp/run';
		as.uid = user;
	},
};

const env = { ...process.env }, as = { env };
delete env.PARLEY_SOCKET;
delete env.XDG_RUNTIME_DIR;
await cases[name]();
execFile(parley, ['stats'], as, (e, stdout, stderr) => {
	console.log(JSON.stringify({ code: e ? e.code : 0, stderr, heard }));
	process.exit();
});
