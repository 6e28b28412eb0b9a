// baresip as the IMS terminal or softphone: headless, fed with a known tone
// and picture, recording what it receives.
import { createConnection } from 'node:net';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { Program, freePort, portSlice, run, scratch, until } from './process.mjs';
import { readWav, writeCamera, writeTone } from './signal.mjs';

const modules = '/usr/lib/baresip/modules';

// baresip does not go on at the end of a file, it hangs up: longer than any
// test takes, on a slow machine too
const PLAYS_S = 480;

export class Baresip {
	/**
	 * @param audio  codecs as in baresip accounts: 'opus/48000/2', 'AMR-WB', ...
	 * @param video  'H264', 'VP8' or null
	 * @param hz     tone that its microphone hears
	 * @param rgb    colour of its camera's picture
	 * @param media  baresip's mediaenc: null, 'srtp', 'srtp-mand', 'dtls_srtp'
	 * @param mux  RTP and RTCP on one port
	 * @param sound  a WAV file (16 kHz, mono) instead of the tone; the call
	 *               ends with it
	 * @param address  of its own, for signalling and c=; what it sends comes
	 *                 from 127.0.0.1, and Parley takes no sound from there
	 * @param record  keep what it hears, for heard()
	 * @param contact  URI that it writes to, for write()
	 * @param trace    it prints what it says and is told in SIP: what is
	 *                 written to it it shows on a screen alone
	 * @param account  {aor, password, proxy}: registers with digest through
	 *                 that proxy; without it there is no registrar
	 */
	// Its ports are given to no other test, but a program that is none of ours
	// may take one first: then once more
	static async start(options, attempts = 3) {
		try {
			return await Baresip.#begin(options);
		} catch (error) {
			if (attempts <= 1
				|| !/Address already in use/.test(error.message))
				throw error;
			return Baresip.start(options, attempts - 1);
		}
	}

	static async #begin({ name = 'bob', audio = 'opus/48000/2', video = null,
		hz = 440, rgb = [200, 30, 30], transport = 'udp', media = null,
		packetization = 1, display = name, sound = null,
		address = '127.0.0.1', record = true, account = null,
		mux = false, contact = null, trace = false } = {}) {
		const b = new Baresip();
		b.name = name;
		b.hz = hz;
		b.rgb = rgb;
		b.aor = account?.aor;
		b.scratch = await scratch();
		const { dir } = b.scratch;
		// the next one is that of its TLS, whether that is used or not
		b.port = await freePort(2);
		b.controlPort = await freePort();
		b.recordings = join(dir, 'recordings');
		await mkdir(b.recordings);
		const tone = join(dir, 'tone.wav');
		if (!sound)
			await writeTone(tone, hz, PLAYS_S, { rate: 48000 });
		if (video)
			await b.#writeFilm(rgb);
		// below the ports that the kernel hands out by itself
		const rtp = await portSlice(10000, 100, 90);
		await writeFile(join(dir, 'config'), `poll_method epoll
sip_listen ${address}:${b.port}
net_interface ${address}
call_local_timeout 120
call_max_calls 4
audio_player aufile,${dir}/player.wav
audio_source aufile,${sound || tone}
audio_alert aufile,${dir}/alert.wav
ausrc_srate ${sound ? 16000 : 48000}
auplay_srate 48000
ausrc_channels 1
auplay_channels 2
audio_buffer 20-160
video_source ${video ? `avformat,${dir}/camera.avi` : 'fakevideo,nil'}
video_display fakevideo,nil
video_size 640x360
video_bitrate 500000
video_fps 20
rtp_ports ${rtp}-${rtp + 98}
rtp_stats yes
rtcp_mux ${mux ? 'yes' : 'no'}
jitter_buffer_delay 2-5
avcodec_h264enc libx264
avcodec_h264dec h264
avcodec_profile_level_id 42001f
avcodec_keyint 2
snd_path ${b.recordings}
ctrl_tcp_listen 127.0.0.1:${b.controlPort}
module_path ${modules}
module opus.so
module amr.so
module g711.so
module g722.so
${video === 'VP8' ? 'module vp8.so' : ''}
${video === 'H264' ? 'module avcodec.so' : ''}
module swscale.so
module avformat.so
module snapshot.so
module fakevideo.so
module aufile.so
${record ? 'module sndfile.so' : ''}
module srtp.so
module dtls_srtp.so
module uuid.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
${contact ? 'module_app contact.so' : ''}
`);
		await writeFile(join(dir, 'accounts'),
			`"${display}" <${account?.aor
				|| `sip:${name}@${address}:${b.port}`};transport=${transport}>`
			+ (account ? `;regint=120;auth_pass=${account.password}`
				+ `;outbound="${account.proxy};transport=${transport}"`
				: ';regint=0')
			+ `;answermode=auto;audio_codecs=${audio}`
			+ `;video_codecs=${video || 'none'}`
			+ `${media ? `;mediaenc=${media}` : ''}\n`);
		await writeFile(join(dir, 'contacts'),
			contact ? `"room" <${contact}>\n` : '');
		b.program = new Program('/usr/bin/baresip',
			[...trace ? ['-s'] : [], '-f', dir], { cwd: dir });
		try {
			await b.#connect();
			if (account) // the event may come before we listen
				await b.program.printed(/: \{.*\} 200 OK .*\[1 binding\]/);
		} catch (error) {
			await b.stop();
			throw new Error(`${error.message}\n${
				b.program.output.slice(-2000)}`);
		}
		return b;
	}

	// Four seconds of camera, again and again
	async #writeFilm(rgb) {
		const { dir } = this.scratch;
		const ffmpeg = async (...args) => {
			const { code, output } = await run('ffmpeg',
				['-v', 'error', '-y', ...args], { cwd: dir });
			if (code)
				throw new Error(`ffmpeg: ${output}`);
		};
		await writeCamera(join(dir, 'camera.y4m'),
			{ rgb, seconds: 4, width: 640, height: 360, fps: 20 });
		await ffmpeg('-i', 'camera.y4m', '-c:v', 'mpeg4', '-q:v', '2',
			'once.avi');
		await ffmpeg('-stream_loop', `${PLAYS_S / 4}`, '-i', 'once.avi', '-c', 'copy',
			'camera.avi');
	}

	async #connect() {
		this.events = [];
		this.socket = await until('baresip takes control connections',
			() => this.program.exited || new Promise((resolve, reject) => {
				const s = createConnection(this.controlPort, '127.0.0.1');
				s.once('connect', () => resolve(s));
				s.once('error', reject);
			}), 5000);
		if (this.program.exited)
			throw new Error('baresip does not go on');
		let pending = Buffer.alloc(0);
		this.socket.on('data', (data) => {
			pending = Buffer.concat([pending, data]);
			for (;;) {
				const colon = pending.indexOf(':');
				if (colon < 0)
					return;
				const size = Number(pending.subarray(0, colon));
				if (pending.length < colon + size + 2)
					return;
				this.events.push(JSON.parse(pending.subarray(colon + 1,
					colon + 1 + size)));
				pending = pending.subarray(colon + size + 2);
			}
		});
		this.socket.on('error', () => {});
	}

	command(command, params = '') {
		const text = JSON.stringify({ command, params, token: command });
		this.socket.write(`${Buffer.byteLength(text)}:${text},`);
	}

	async event(type, ms = 10000) {
		return until(`${this.name}: event ${type}`,
			() => this.events.find((e) => e.event && e.type === type), ms)
			.catch((error) => {
				throw new Error(`${error.message}\n${JSON.stringify(
					this.events)}\n${this.program.output.slice(-3000)}`);
			});
	}

	async dial(uri) {
		this.command('dial', uri);
		await this.event('CALL_ESTABLISHED');
	}

	// Dial, and again whenever the call ends, as it does with its sound
	async stay(uri) {
		await this.dial(uri);
		this.again = setInterval(() => {
			if (!this.events.some((e) => e.type === 'CALL_CLOSED'))
				return;
			this.events.length = 0;
			this.command('dial', uri);
		}, 500);
	}

	hangup() { this.command('hangup'); }
	hold() { this.command('hold'); }
	resume() { this.command('resume'); }

	// What it hears: the newest seconds of the decoded stream
	async heard(seconds = 1) {
		const file = (await readdir(this.recordings)).sort()
			.filter((f) => f.endsWith('-dec.wav')).at(-1);
		if (!file)
			return { rate: 48000, samples: new Float32Array(0) };
		return readWav(join(this.recordings, file), seconds);
	}

	// RGBA picture {width, height, data} of what it sees now. It takes one at a
	// time: who asks meanwhile gets the same
	seen() {
		this.looking ||= this.#look().finally(() => { this.looking = null; });
		return this.looking;
	}

	async #look() {
		const path = join(this.scratch.dir, `seen-${Date.now()}.png`);
		this.command('snapshot_recv', path);
		return until(`${this.name} takes a snapshot`, async () => {
			const file = await readFile(path);
			return PNG.sync.read(file);
		});
	}

	// MESSAGE to its contact (RFC 3428)
	write(text) { this.command('message', text); }

	// DTMF (RFC 4733)
	sendDigits(digits) { this.command('sndcode', digits); }

	async stop() {
		clearInterval(this.again);
		this.socket?.destroy();
		await this.program.stop();
		await this.scratch.remove();
	}
}
