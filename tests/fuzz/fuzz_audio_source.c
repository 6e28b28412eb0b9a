/**
 * @file fuzz_audio_source.c  A stateful walk through an audio source
 *
 * Each step is one command byte and its operands: packets of any payload
 * type, sequence, time and content, ticks heard and unheard, resets and
 * reconfigurations, with time going by or standing still.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/source.h"
#include "mixer/base/re.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


struct walk {
	const uint8_t *data;
	size_t size;
	struct audio_source *source;
	uint64_t now_us;
	uint16_t seq;
	uint32_t timestamp;
};

enum { FORMATS = 6, PT_FIRST = 96, PT_CN = 13 };

static const struct audio_codec codecs[FORMATS] = {
	{.id = AUDIO_PCMU, .clock_hz = 8000, .rate_hz = 8000},
	{.id = AUDIO_G722, .clock_hz = 8000, .rate_hz = 16000},
	{.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000},
	{.id = AUDIO_AMR, .clock_hz = 8000, .rate_hz = 8000},
	{.id = AUDIO_AMR_WB,
	 .clock_hz = 16000,
	 .rate_hz = 16000,
	 .octet_align = true},
	{.id = AUDIO_PCMA, .clock_hz = 8000, .rate_hz = 8000},
};


static unsigned next(struct walk *w)
{
	if (!w->size)
		return 0;

	w->size--;

	return *w->data++;
}


static void configure(struct audio_source_config *config, unsigned turn)
{
	memset(config, 0, sizeof(*config));
	config->format_count = FORMATS - (turn & 1);
	config->cn_pt = PT_CN;
	config->delay_min_ms = turn & 2 ? 60 : 0;
	for (unsigned i = 0; i < FORMATS; i++) {
		config->formats[i].pt = (uint8_t)(PT_FIRST + i);
		config->formats[i].codec = codecs[(i + turn / 4) % FORMATS];
	}
}


static void packet(struct walk *w, unsigned command)
{
	unsigned format = next(w) % (FORMATS + 1);
	unsigned len = next(w) * (command & 0x10 ? 5 : 1);
	uint8_t payload[1280];
	uint8_t *exact;

	w->seq = (uint16_t)(w->seq + (int8_t)next(w));
	w->timestamp +=
		(uint32_t)((int8_t)next(w) * (command & 0x20 ? 16000 : 160));
	memset(payload, command & 0x40 ? 0x55 : 0, sizeof(payload));
	for (unsigned i = 0; i < len && i < 16; i++)
		payload[i] = (uint8_t)next(w);

	/* a block of its own, so that reading over is seen */
	exact = malloc(len ? len : 1);
	if (!exact)
		abort();
	memcpy(exact, payload, len);
	(void)audio_source_put(
		w->source,
		(uint8_t)(format == FORMATS ? PT_CN : PT_FIRST + format),
		w->seq, w->timestamp, command & 0x80, exact, len,
		(int)(command & 0x80) - 1, w->now_us);
	free(exact);
}


static void one_step(struct walk *w)
{
	static int16_t pcm[AUDIO_TICK_SAMPLES];
	struct audio_source_config config;
	unsigned command = next(w);
	bool unknown;

	switch (command & 7) {
	case 0:
	case 1:
	case 2: packet(w, command); break;
	case 3:
	case 4:
		w->now_us += 20000;
		(void)audio_source_get(w->source, pcm, w->now_us);
		break;
	case 5:
		w->now_us += 20000;
		audio_source_skip(w->source, w->now_us);
		break;
	case 6: w->now_us += next(w) * 10000; break;
	default:
		if (command & 0x80)
			audio_source_reset(w->source);
		configure(&config, command >> 3);
		if (audio_source_configure(w->source, &config))
			abort();
	}

	if (audio_source_level(w->source, &unknown, w->now_us) > 127 ||
	    audio_source_cmr(w->source) > 15)
		abort();
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk w = {.data = data,
			 .size = size < 2000 ? size : 2000,
			 .now_us = 1000000,
			 .seq = 65500};
	struct audio_source_config config;

	configure(&config, 0);
	if (audio_source_alloc(&w.source, &config))
		abort();
	while (w.size)
		one_step(&w);
	mem_deref(w.source);

	return 0;
}
