/**
 * @file tests/bench/bench_load.c  Sound: N legs, K of which talk
 *
 * Dials N legs into one conference of a running Parley, moves their packets
 * in real time and prints one row: packets, loss, lateness of the mixer's
 * tick, CPU seconds a wall second of parleyd and its mixer, and beside it
 * what the bare calls would cost (one receive and one send a leg and tick,
 * one decode a talker, one encode a distinct mix, SRTP where it is used),
 * measured in the same run on the same machine. Legs send evenly over the 20
 * ms, as unsynchronised phones do. tests/bench/run.sh starts Parley for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"
#include "tests/bench/load.h"

enum {
	TICK_MS = 20,
	LOOP_FRAMES = 50, /**< one second of a talker's payloads */
	ROUNDS = 40,      /**< of the loop, to measure the codec */
	LOUD_DBOV = 20,
	VOICE = 0x80, /**< RFC 6464's V bit */
	QUIET_DBOV = 127,
};

struct payload {
	uint8_t bytes[AUDIO_PAYLOAD_MAX];
	size_t len;
};

static struct load load = {.codec = "PCMU",
			   .leg_count = 100,
			   .seconds = 10,
			   .kind = "audio",
			   .settle_s = 3};
static unsigned talkers = 3;
static bool levels = true;
static struct audio_codec codec;
static struct payload voice[LOOP_FRAMES], quiet;


/* How the codec is described in SDP, and its parameters */
static bool choose_codec(void)
{
	static const struct {
		unsigned pt;
		const char *lines;
		uint32_t clock_hz, rate_hz;
	} codecs[AUDIO_CODEC_COUNT] = {
		[AUDIO_PCMU] = {0, "a=rtpmap:0 PCMU/8000\r\n", 8000, 8000},
		[AUDIO_PCMA] = {8, "a=rtpmap:8 PCMA/8000\r\n", 8000, 8000},
		[AUDIO_G722] = {9, "a=rtpmap:9 G722/8000\r\n", 8000, 16000},
		[AUDIO_OPUS] = {96, "a=rtpmap:96 opus/48000/2\r\n", 48000,
				48000},
		[AUDIO_AMR] = {96,
			       "a=rtpmap:96 AMR/8000\r\n"
			       "a=fmtp:96 octet-align=1\r\n",
			       8000, 8000},
		[AUDIO_AMR_WB] = {96,
				  "a=rtpmap:96 AMR-WB/16000\r\n"
				  "a=fmtp:96 octet-align=1\r\n",
				  16000, 16000},
	};
	static char attributes[256];

	codec.id = audio_codec_by_name(load.codec);
	if (codec.id >= AUDIO_CODEC_COUNT)
		return false;

	codec.clock_hz = codecs[codec.id].clock_hz;
	codec.rate_hz = codecs[codec.id].rate_hz;
	codec.ptime_ms = TICK_MS;
	codec.octet_align = codec.id == AUDIO_AMR || codec.id == AUDIO_AMR_WB;
	load.payload_type = codecs[codec.id].pt;
	snprintf(attributes, sizeof(attributes), "%sa=ptime:20\r\n%s",
		 codecs[codec.id].lines,
		 levels ? "a=extmap:1 urn:ietf:params:rtp-hdrext:"
			  "ssrc-audio-level\r\n"
			: "");
	load.attributes = attributes;

	return true;
}


static void make_payloads(void)
{
	struct audio_encoder *e = NULL;
	size_t n = codec.rate_hz / 1000 * TICK_MS;
	int16_t pcm[AUDIO_TICK_SAMPLES] = {0};
	unsigned noise = 1;

	if (audio_encoder_alloc(&e, &codec))
		load_die("codec");

	audio_encoder_encode(e, pcm, quiet.bytes, &quiet.len);
	for (unsigned f = 0; f < LOOP_FRAMES; f++) {
		/* speech-like: noise whose loudness moves, no tone to cheat */
		for (size_t i = 0; i < n; i++) {
			noise = noise * 1103515245u + 12345u;
			pcm[i] = (int16_t)((int)(noise >> 18) % 4000 *
					   (int)(1 + f % 5) / 4);
		}

		if (audio_encoder_encode(e, pcm, voice[f].bytes,
					 &voice[f].len))
			load_die("encode");
	}

	mem_deref(e);
}


static void send_due(struct load *l, unsigned ms)
{
	for (unsigned i = ms % TICK_MS; i < l->leg_count; i += TICK_MS) {
		struct load_leg *leg = &l->legs[i];
		bool talks = i < talkers;
		const struct payload *p =
			talks ? &voice[(ms / TICK_MS + i) % LOOP_FRAMES]
			      : &quiet;
		int level = talks ? VOICE | LOUD_DBOV : QUIET_DBOV;

		load_send(l, leg, false, p->bytes, p->len,
			  levels ? level : -1);
		leg->timestamp += codec.clock_hz / 1000 * TICK_MS;
	}
}


/* CPU microseconds to decode one packet, and to encode one */
static void measure_codec(double *decode_us, double *encode_us)
{
	static int16_t pcm[LOOP_FRAMES][AUDIO_PACKET_MAX_SAMPLES];
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	uint8_t payload[AUDIO_PAYLOAD_MAX];
	size_t n;

	if (audio_encoder_alloc(&e, &codec) || audio_decoder_alloc(&d, &codec))
		load_die("codec");

	*decode_us = *encode_us = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		double t = load_cpu_us();

		for (unsigned f = 0; f < LOOP_FRAMES; f++)
			audio_decoder_decode(d, voice[f].bytes, voice[f].len,
					     pcm[f], &n, NULL);
		load_keep_least(decode_us, t, LOOP_FRAMES);
		t = load_cpu_us();
		for (unsigned f = 0; f < LOOP_FRAMES; f++)
			audio_encoder_encode(e, pcm[f], payload, &n);
		load_keep_least(encode_us, t, LOOP_FRAMES);
	}

	mem_deref(e);
	mem_deref(d);
}


static double bare_cores(void)
{
	double ticks = 1000.0 / TICK_MS;
	double packets = ticks * load.leg_count;
	unsigned mixes = talkers + (talkers < load.leg_count);
	struct load_bare b;
	double decode_us, encode_us;

	load_bare_measure(&load, &b, voice[0].len);
	measure_codec(&decode_us, &encode_us);

	return load_bare_cores(&b, packets, packets) +
	       ticks * (talkers * decode_us + mixes * encode_us) / 1e6;
}


static void print_row(const struct load_result *r)
{
	double bare = bare_cores();

	printf("| %s%s | %u | %u | %.0f | %.0f | %.3f | %.3f | %.1f | %.0f | "
	       "%.4f | %.3f | %.3f | %.2f |\n",
	       load.codec, load.suite ? " SRTP" : "", load.leg_count, talkers,
	       r->packets_in, r->packets_out, r->loss_in, r->loss_out,
	       r->late_ms, r->ticks_missed, r->focus_cores, r->mixer_cores,
	       bare, (r->focus_cores + r->mixer_cores) / bare);
}


static bool option(const char *name, const char *value)
{
	if (value && !strcmp(name, "--talkers")) {
		talkers = (unsigned)atoi(value);
		return true;
	}

	if (!value && !strcmp(name, "--no-levels")) {
		levels = false;
		return true;
	}

	return false;
}


int main(int argc, char *argv[])
{
	static const char usage[] =
		"         [--talkers K] [--no-levels]\n"
		"--no-levels: legs do not tell their loudness (RFC 6464)\n";
	struct load_result r;

	load_options(&load, argc, argv, option, usage);
	if (!choose_codec() || talkers > load.leg_count) {
		fputs("unknown codec, or more talkers than legs\n", stderr);
		return 2;
	}

	load.sendh = send_due;
	make_payloads();
	load_run(&load, &r);
	print_row(&r);

	return EXIT_SUCCESS;
}
