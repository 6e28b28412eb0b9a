// How loud a stream's microphone is

const STEP_MS = 100;

// show(level), 0..1 of 50 dB, ten times a second. Returns what ends it
export function watchLevel(stream, show) {
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 1024;
	const samples = new Float32Array(analyser.fftSize);
	const input = context.createMediaStreamSource(stream);
	input.connect(analyser);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		const power = samples.reduce((sum, s) => sum + s * s, 0)
			/ samples.length;
		show(Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-9) / 5)));
	}, STEP_MS);
	return () => {
		clearInterval(timer);
		input.disconnect();
		context.close();
	};
}
