/**
 * @file mixer/audio/announcement.c  What the mixer can say
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/announcement.h"
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"


enum {
	/* as they are spoken: signed 16 bits behind the header of a WAV */
	RATE_HZ = 16000,
	HEADER_BYTES = 44,
	TICK_SAMPLES = RATE_HZ / 1000 * AUDIO_TICK_MS,
};

/* PARLEY_ANNOUNCEMENTS: the folder that the build spoke them into */
#define SPOKEN(name)                                                          \
	extern const unsigned char announcement_##name[],                     \
		announcement_##name##_end[];                                  \
	__asm__(".pushsection .rodata\n"                                      \
		".balign 2\n"                                                 \
		".global announcement_" #name "\n"                            \
		"announcement_" #name ":\n"                                   \
		".incbin \"" PARLEY_ANNOUNCEMENTS "/" #name ".wav\"\n"        \
		".global announcement_" #name "_end\n"                        \
		"announcement_" #name "_end:\n"                               \
		".popsection\n")

SPOKEN(first);
SPOKEN(alone);

static const struct {
	const char *name;
	const unsigned char *wav, *end;
} spoken[ANNOUNCEMENT_COUNT] = {
	[ANNOUNCEMENT_FIRST] = {"first", announcement_first,
				announcement_first_end},
	[ANNOUNCEMENT_ALONE] = {"alone", announcement_alone,
				announcement_alone_end},
};


enum announcement_id announcement_by_name(const char *name)
{
	int id = 0;

	while (id < ANNOUNCEMENT_COUNT && strcmp(spoken[id].name, name) != 0)
		id++;

	return (enum announcement_id)id;
}


int announcement_begin(struct announcement *a, enum announcement_id id)
{
	const unsigned char *pcm = spoken[id].wav + HEADER_BYTES;
	int err = a->resample ? 0
			      : resample_alloc(&a->resample, RATE_HZ,
					       AUDIO_RATE_HZ);

	if (err)
		return err;

	resample_reset(a->resample);
	a->pcm = (const int16_t *)(const void *)pcm;
	a->samples = (size_t)(spoken[id].end - pcm) / sizeof(a->pcm[0]);
	a->at = 0;
	a->fades = false;

	return 0;
}


void announcement_fade(struct announcement *a)
{
	a->fades = true;
}


/* Down to nothing */
static void fade(int16_t *pcm)
{
	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++)
		pcm[i] = (int16_t)(pcm[i] * (AUDIO_TICK_SAMPLES - i) /
				   AUDIO_TICK_SAMPLES);
}


void announcement_add(struct announcement *a, int32_t *sum)
{
	int16_t in[TICK_SAMPLES] = {0}, out[AUDIO_TICK_SAMPLES];
	size_t n;

	if (!a->pcm)
		return;

	n = a->samples - a->at < TICK_SAMPLES ? a->samples - a->at
					      : TICK_SAMPLES;
	memcpy(in, a->pcm + a->at, n * sizeof(in[0]));
	a->at += n;
	(void)resample_run(a->resample, in, TICK_SAMPLES, out);
	if (a->fades)
		fade(out);
	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		sum[i] += out[i];

	/* a tick more than it has: what the resampler holds */
	if (n < TICK_SAMPLES || a->fades)
		a->pcm = NULL;
}


void announcement_end(struct announcement *a)
{
	a->resample = mem_deref(a->resample);
	a->pcm = NULL;
}
