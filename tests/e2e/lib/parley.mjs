// A Parley of its own for one test: loopback only, free ports, own folders.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Program, freePort, portSlice, run, scratch } from './process.mjs';
import { ours } from './programs.mjs';

/** For mixers that are scripts of this tree, which may lie where nobody but
 *  who runs the tests can read */
export const asOurselves = process.getuid() ? {} : { run_as: 'root' };

export class Parley {
	// @param options   configuration keys; null leaves one out, a list repeats it;
	//                 '-f': a file
	// @param env       what its environment has beside ours
	// @param programs  whose: of another tree's, what it knows of the keys
	// @param place     (file, ...args) => [file, args] that start it elsewhere
	static async start(options = {}, env = {}, programs = ours,
		place = (file, ...args) => [file, args]) {
		const p = new Parley();
		p.programs = programs;
		p.scratch = await scratch();
		p.control = join(p.scratch.dir, 'control.sock');
		p.sipPort = await freePort();
		const settings = {
			sip_listen: `127.0.0.1:${p.sipPort}`,
			sip_tls_listen: '127.0.0.1:0',
			http_listen: '127.0.0.1:0',
			https_listen: '127.0.0.1:0',
			media_address: '127.0.0.1',
			webrtc_port: 0,
			// a slice of its own: tests run side by side
			rtp_ports: await p.rtpPorts(),
			mixers: 1,
			// what is seen is judged, not how smooth it is: pictures are
			// most of what these tests cost
			video_fps: 15,
			// what is heard is measured, too: nobody comes in between
			tones: 'no',
			control_socket: p.control,
			data_dir: p.scratch.dir,
			web_dir: programs.web,
			// pages of the tests' own applications
			web_origins: 'http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?',
			log_level: process.env.PARLEY_LOG || 'info',
			sip_rate_per_source: 10000,
			invite_rate_per_source: 10000,
			// how `./dev tsan` starts it
			mixer_program: process.env.PARLEY_MIXER || null,
			...options,
		};
		p.settings = programs === ours ? settings
			: await programs.known(settings);
		const args = Object.entries(p.settings)
			.filter(([, v]) => v !== null)
			.flatMap(([k, v]) => k === '-f' ? [k, v]
				: [v].flat().flatMap((one) => ['-o', `${k}=${one}`]));
		p.program = new Program(...place(programs.path('parleyd'), ...args),
			{ env: { ...process.env, ...env } });
		await p.program.printed(/parleyd ready .*\n/, 20000)
			.catch(async (error) => {
				await p.stop();
				throw error;
			});
		const line = p.program.stdout.match(/parleyd ready .*\n/)[0];
		p.ready = line.trim();
		// a test may have named another
		p.sipPort = Number(line.match(/dial=\S+:(\d+)/)?.[1] || p.sipPort);
		p.http = line.match(/join=(http:\S+)/)?.[1].replace(/\/$/, '');
		p.https = line.match(/join=(https:\S+)/)?.[1].replace(/\/$/, '');
		return p;
	}

	async rtpPorts() {
		// those that the kernel gives to terminals are none of Parley's
		const slice = await portSlice(20000, 500, 25);
		return `${slice}-${slice + 499}`;
	}

	uri(conference) { return `sip:${conference}@127.0.0.1:${this.sipPort}`; }

	// The CLI as a moderator types it
	cli(...args) {
		return run(this.programs.path('parley'),
			['-s', this.control, ...args]);
	}

	async json(...args) {
		const { code, stdout, output } = await this.cli('--json', ...args);
		if (code !== 0)
			throw new Error(`parley ${args.join(' ')}: ${code} ${output}`);
		return JSON.parse(stdout);
	}

	// Endpoints of a conference, flat
	async endpoints(conference) {
		const { code, stdout } = await this.cli('--json', 'show', conference);
		if (code !== 0)
			return [];
		const reply = JSON.parse(stdout);
		const state = reply.conference || reply.state || reply;
		return (state.users || []).flatMap((u) => u.endpoints);
	}

	get mixerPids() {
		return run('pgrep', ['-P', String(this.program.pid)])
			.then(({ stdout }) => stdout.trim().split('\n').filter(Boolean)
				.map(Number));
	}

	// Ends it and tells what ended badly
	async stop() {
		const children = await this.mixerPids;
		const { code, signal } = await this.program.stop();
		await this.scratch.remove();
		const left = [];
		for (const pid of children) {
			try {
				process.kill(pid, 0);
				left.push(pid);
			} catch { /* gone, as it should be */ }
		}
		return { code, signal, left, output: this.program.output };
	}

	// The same, and nothing may have
	async endsWell() {
		const end = await this.stop();
		assert.deepEqual({ code: end.code, left: end.left },
			{ code: 0, left: [] }, end.output.slice(-3000));
		return end;
	}
}
