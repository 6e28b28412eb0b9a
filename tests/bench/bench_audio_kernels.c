/**
 * @file bench_audio_kernels.c  What each audio kernel costs, us a call
 *
 * Prints the median and the 99th percentile over a few thousand calls on one
 * core; a call is one 20 ms tick. Argument: calls a kernel (default 3000).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "mixer/audio/bus.h"
#include "mixer/audio/codec.h"
#include "mixer/audio/rendition.h"
#include "mixer/audio/resample.h"
#include "mixer/audio/source.h"
#include "mixer/audio/speaker.h"
#include "mixer/audio/stretch.h"
#include "mixer/base/re.h"


enum { TICK = AUDIO_TICK_SAMPLES, CALLS_MAX = 100000, SPEAKERS = 1000 };

struct codec_case {
	const char *name;
	struct audio_codec codec;
	unsigned loss;
};

static const struct codec_case codecs[] = {
	{"PCMU", {.id = AUDIO_PCMU, .clock_hz = 8000, .rate_hz = 8000}, 0},
	{"PCMA", {.id = AUDIO_PCMA, .clock_hz = 8000, .rate_hz = 8000}, 0},
	{"G722", {.id = AUDIO_G722, .clock_hz = 8000, .rate_hz = 16000}, 0},
	{"opus CELT",
	 {.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000},
	 0},
	{"opus FEC",
	 {.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000, .fec = true},
	 10},
	{"AMR 12.2", {.id = AUDIO_AMR, .clock_hz = 8000, .rate_hz = 8000}, 0},
	{"AMR-WB 12.65",
	 {.id = AUDIO_AMR_WB, .clock_hz = 16000, .rate_hz = 16000},
	 0},
};

static unsigned calls = 3000;
static double taken[CALLS_MAX];
static int16_t sound[64][TICK];


static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}


static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}


static void report(const char *name, const char *what)
{
	qsort(taken, calls, sizeof(*taken), ascending);
	printf("%-14s %-10s %8.2f us  p99 %8.2f us\n", name, what,
	       taken[calls / 2], taken[calls - 1 - calls / 100]);
}


/** Something like voice: harmonics under a slow envelope, and some noise */
static void make_sound(void)
{
	uint32_t seed = 1;

	for (unsigned i = 0; i < 64 * TICK; i++) {
		double t = i / 48000.0, v = 0;

		for (int h = 1; h < 20; h++)
			v += sin(2 * 3.14159265 * 130 * h * t) / h;
		seed = seed * 1103515245u + 12345u;
		v = v * 4000 * (0.3 + fabs(sin(2 * 3.14 * 3 * t))) +
		    (seed >> 23);
		sound[i / TICK][i % TICK] = (int16_t)v;
	}
}


static void bench_codec(const struct codec_case *c)
{
	struct audio_codec codec = c->codec;
	static uint8_t payload[64][AUDIO_PAYLOAD_MAX];
	static int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	size_t len[64], samples;
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	int err;

	codec.ptime_ms = 20;
	err = audio_encoder_alloc(&e, &codec);
	err |= audio_decoder_alloc(&d, &codec);
	if (err)
		exit(EXIT_FAILURE);

	audio_encoder_loss(e, c->loss);
	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		audio_encoder_encode(e, sound[i % 64], payload[i % 64],
				     &len[i % 64]);
		taken[i] = now() - from;
	}
	report(c->name, "encode");

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		audio_decoder_decode(d, payload[i % 64], len[i % 64], pcm,
				     &samples, NULL);
		taken[i] = now() - from;
	}
	report(c->name, "decode");

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		audio_decoder_conceal(d, NULL, 0, pcm, codec.rate_hz / 50);
		taken[i] = now() - from;
	}
	report(c->name, "conceal");
	mem_deref(e);
	mem_deref(d);
}


static void bench_bus(void)
{
	static struct audio_bus bus;
	static int32_t out[TICK], loud[TICK];
	static int16_t pcm[TICK];
	struct audio_limiter *limiter = NULL;
	struct audio_gain gain;

	if (audio_limiter_alloc(&limiter))
		exit(EXIT_FAILURE);

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		audio_bus_clear(&bus);
		for (unsigned n = 0; n < 100; n++)
			audio_bus_add(&bus, sound[n % 64]);
		taken[i] = (now() - from) / 100;
	}
	report("bus", "add");

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		for (unsigned n = 0; n < 100; n++)
			audio_bus_minus(&bus, sound[n % 64], out);
		taken[i] = (now() - from) / 100;
	}
	report("bus", "minus");

	for (unsigned i = 0; i < calls; i++) {
		double from;

		for (int s = 0; s < TICK; s++)
			out[s] = sound[i % 64][s];
		from = now();
		audio_limiter_run(limiter, out, pcm);
		taken[i] = now() - from;
	}
	report("limiter", "at rest");

	for (unsigned i = 0; i < calls; i++) {
		double from;

		for (int s = 0; s < TICK; s++)
			loud[s] = sound[i % 64][s] * 9;
		from = now();
		audio_limiter_run(limiter, loud, pcm);
		taken[i] = now() - from;
	}
	report("limiter", "at work");

	audio_gain_init(&gain);
	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		audio_gain_set(&gain, i & 1 ? -10 : -11, false);
		audio_gain_apply(&gain, sound[i % 64]);
		taken[i] = now() - from;
	}
	report("gain", "apply");
	make_sound();
	mem_deref(limiter);
}


static void bench_resample(uint32_t from_hz, uint32_t to_hz, const char *name)
{
	struct resample *r = NULL;
	static int16_t out[TICK];

	if (resample_alloc(&r, from_hz, to_hz))
		exit(EXIT_FAILURE);

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		resample_run(r, sound[i % 64], from_hz / 50, out);
		taken[i] = now() - from;
	}
	report("resample", name);
	mem_deref(r);
}


static void bench_stretch(void)
{
	static int16_t pcm[4 * TICK];

	for (unsigned i = 0; i < calls; i++) {
		double from;

		memcpy(pcm, sound[i % 60], 3 * TICK * sizeof(*pcm));
		from = now();
		(void)stretch_shorten(pcm, 3 * TICK, true);
		taken[i] = now() - from;
	}
	report("stretch", "shorten");
}


/** A PCMU packet in and a tick out, heard or not */
static void bench_source(bool heard)
{
	struct audio_source_config config;
	struct audio_source *s = NULL;
	static int16_t pcm[TICK];
	static uint8_t payload[160];
	uint64_t time_us = 1000000;

	memset(&config, 0, sizeof(config));
	config.formats[0].codec = codecs[0].codec;
	config.format_count = 1;
	config.cn_pt = -1;
	if (audio_source_alloc(&s, &config))
		exit(EXIT_FAILURE);
	for (int i = 0; i < 160; i++)
		payload[i] = (uint8_t)(i * 7);

	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		time_us += 20000;
		audio_source_put(s, 0, (uint16_t)i, i * 160, false, payload,
				 sizeof(payload), -1, time_us);
		if (heard)
			audio_source_get(s, pcm, time_us);
		else
			audio_source_skip(s, time_us);
		taken[i] = now() - from;
	}
	report("source PCMU", heard ? "put+get" : "put+skip");
	mem_deref(s);
}


static void bench_speakers(void)
{
	static struct speaker states[SPEAKERS];
	static struct speaker *speakers[SPEAKERS];
	static uint8_t levels[SPEAKERS];
	int active = -1;

	for (int i = 0; i < SPEAKERS; i++) {
		speakers[i] = &states[i];
		levels[i] = (uint8_t)(i % 100 ? 90 : 30 + i / 100);
	}
	for (unsigned i = 0; i < calls; i++) {
		double from = now();

		active = speaker_rank(speakers, levels, SPEAKERS, active, NULL,
				      1000000 + (uint64_t)i * 20000);
		taken[i] = now() - from;
	}
	report("speakers 1000", "rank");
}


int main(int argc, char *argv[])
{
	if (argc > 1)
		calls = (unsigned)strtoul(argv[1], NULL, 10);
	if (calls < 100 || calls > CALLS_MAX)
		return EXIT_FAILURE;

	make_sound();
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		bench_codec(&codecs[i]);
	bench_bus();
	bench_resample(48000, 8000, "48 to 8");
	bench_resample(48000, 16000, "48 to 16");
	bench_resample(8000, 48000, "8 to 48");
	bench_resample(16000, 48000, "16 to 48");
	bench_stretch();
	bench_source(true);
	bench_source(false);
	bench_speakers();

	return 0;
}
