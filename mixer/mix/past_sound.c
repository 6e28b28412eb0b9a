/**
 * @file mixer/mix/past_sound.c  The last ticks of a mix's sum
 */
#include <string.h>
#include "mixer/mix/past_sound.h"


void past_sound_clear(struct past_sound *p)
{
	memset(p->ticks, 0, sizeof(p->ticks));
}


int32_t *past_sound_now(struct past_sound *p)
{
	return p->ticks[p->next];
}


void past_sound_advance(struct past_sound *p)
{
	p->next = (p->next + 1) % PAST_TICKS;
}


static int16_t clip(int32_t v)
{
	return (int16_t)(v > INT16_MAX   ? INT16_MAX
			 : v < INT16_MIN ? INT16_MIN
					 : v);
}


/* As late as a limiter would bring it, for it comes through one from now on.
 * @param before The tick before it */
static void delay(const int32_t *before, const int32_t *sum, int16_t *pcm)
{
	enum { DELAY = AUDIO_LIMITER_DELAY_SAMPLES };

	for (size_t i = 0; i < DELAY; i++)
		pcm[i] = clip(before[AUDIO_TICK_SAMPLES - DELAY + i]);
	for (size_t i = DELAY; i < AUDIO_TICK_SAMPLES; i++)
		pcm[i] = clip(sum[i - DELAY]);
}


/* The tick that was so many before the one that is being mixed */
static const int32_t *ago(const struct past_sound *p, unsigned ticks)
{
	return p->ticks[(p->next + PAST_TICKS - ticks) % PAST_TICKS];
}


void past_sound_warm_up(const struct past_sound *p, struct audio_rendition *r,
			struct audio_limiter *limiter, unsigned packet_ticks)
{
	int16_t pcm[AUDIO_TICK_SAMPLES];
	const uint8_t *payload;
	size_t len;

	for (unsigned i = PAST_PACKETS * packet_ticks; i; i--) {
		if (limiter)
			audio_limiter_run(limiter, ago(p, i), pcm);
		else
			delay(ago(p, i + 1), ago(p, i), pcm);

		(void)audio_rendition_feed(r, pcm, &payload, &len);
		while (audio_rendition_more(r, &payload, &len))
			;
	}
}
