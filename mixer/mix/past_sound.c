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


static void clip(const int32_t *sum, int16_t *pcm)
{
	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++) {
		int32_t v = sum[i];

		pcm[i] = (int16_t)(v > INT16_MAX   ? INT16_MAX
				   : v < INT16_MIN ? INT16_MIN
						   : v);
	}
}


void past_sound_warm_up(const struct past_sound *p, struct audio_rendition *r,
			struct audio_limiter *limiter, unsigned packet_ticks)
{
	int16_t pcm[AUDIO_TICK_SAMPLES];
	const uint8_t *payload;
	size_t len;

	for (unsigned i = PAST_PACKETS * packet_ticks; i; i--) {
		const int32_t *sum =
			p->ticks[(p->next + PAST_TICKS - i) % PAST_TICKS];

		if (limiter)
			audio_limiter_run(limiter, sum, pcm);
		else
			clip(sum, pcm);

		(void)audio_rendition_feed(r, pcm, &payload, &len);
		while (audio_rendition_more(r, &payload, &len))
			;
	}
}
