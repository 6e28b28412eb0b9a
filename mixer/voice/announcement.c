/**
 * @file mixer/voice/announcement.c  Prompts said one after the other
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/g722.h"
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"
#include "mixer/voice/announcement.h"
#include "mixer/voice/voices.h"


enum {
	RATE_HZ = 16000,
	TICK_SAMPLES = RATE_HZ / 1000 * AUDIO_TICK_MS,
	TICK_BYTES = TICK_SAMPLES / 2,
	PAUSE_TICKS = ANNOUNCEMENT_PAUSE_MS / AUDIO_TICK_MS,
	TAIL_TICKS = ANNOUNCEMENT_TAIL_MS / AUDIO_TICK_MS,
	PATIENCE_TICKS = ANNOUNCEMENT_PATIENCE_MS / AUDIO_TICK_MS,
};

/* Only who is spoken to has one */
struct announcement_player {
	struct g722 g722;
	struct resample *resample;
};


static void player_destructor(void *arg)
{
	struct announcement_player *p = arg;

	mem_deref(p->resample);
}


static int player_alloc(struct announcement_player **pp)
{
	struct announcement_player *p;
	int err;

	p = mem_zalloc(sizeof(*p), player_destructor);
	if (!p)
		return ENOMEM;

	err = resample_alloc(&p->resample, RATE_HZ, AUDIO_RATE_HZ);
	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


static void begin_prompt(struct announcement *a)
{
	memset(&a->player->g722, 0, sizeof(a->player->g722));
	g722_init(&a->player->g722);
	a->byte = 0;
}


static void begin_words(struct announcement *a,
			const struct announcement_words *words)
{
	a->now = *words;
	a->next.count = 0;
	a->at = 0;
	a->pause_ticks = 0;
	a->unheard_ticks = 0;
	a->fades = false;
	resample_reset(a->player->resample);
	begin_prompt(a);
}


int announcement_begin(struct announcement *a,
		       const struct announcement_words *words)
{
	int err = a->player || !words->count ? 0 : player_alloc(&a->player);

	if (err)
		return err;

	a->said = false;
	if (announcement_is_on(a)) {
		a->next = *words;
		a->fades = true;
	}
	else if (words->count) {
		begin_words(a, words);
	}

	return 0;
}


/* A tick at RATE_HZ; silence at its end. @return false: there is none left */
static bool decode(struct announcement *a, int16_t *pcm)
{
	const struct prompt *p;
	size_t left, n;

	if (a->pause_ticks) {
		a->pause_ticks--;
		return a->pause_ticks || a->at < a->now.count;
	}

	p = a->now.prompts[a->at];
	left = p->bytes - a->byte;
	n = left < TICK_BYTES ? left : TICK_BYTES;

	g722_decode(&a->player->g722, p->g722 + a->byte, n, pcm);
	a->byte += n;
	/* a tick more than it has: what the resampler holds */
	if (n == TICK_BYTES)
		return true;

	if (++a->at < a->now.count)
		begin_prompt(a);
	a->pause_ticks = a->at < a->now.count ? PAUSE_TICKS : TAIL_TICKS;

	return true;
}


/* Down to nothing */
static void fade(int16_t *pcm)
{
	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++)
		pcm[i] = (int16_t)(pcm[i] * (AUDIO_TICK_SAMPLES - i) /
				   AUDIO_TICK_SAMPLES);
}


static void be_said(struct announcement *a)
{
	a->said = true;
	a->now.count = 0;
}


void announcement_add(struct announcement *a, int32_t *sum)
{
	int16_t in[TICK_SAMPLES] = {0}, out[AUDIO_TICK_SAMPLES];
	bool more;

	if (!announcement_is_on(a))
		return;

	a->unheard_ticks = 0;
	more = decode(a, in);
	(void)resample_run(a->player->resample, in, TICK_SAMPLES, out);
	if (a->fades)
		fade(out);
	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		sum[i] += out[i];

	if (a->fades)
		begin_words(a, &a->next);
	else if (!more)
		be_said(a);
}


void announcement_wait(struct announcement *a)
{
	if (!announcement_is_on(a))
		return;

	/* what nobody hears need not fade */
	if (a->fades)
		begin_words(a, &a->next);
	else if (++a->unheard_ticks > PATIENCE_TICKS)
		be_said(a);
}


void announcement_company(struct announcement *a)
{
	for (size_t i = 0; i < a->now.count && !a->fades; i++)
		a->fades = voice_is_of_being_alone(a->now.prompts[i]);
	for (size_t i = 0; i < a->next.count; i++) {
		if (voice_is_of_being_alone(a->next.prompts[i]))
			a->next.count = 0;
	}
}


bool announcement_was_said(struct announcement *a, uint32_t *number)
{
	bool said = a->said;

	*number = a->now.number;
	a->said = false;

	return said;
}


void announcement_end(struct announcement *a)
{
	a->player = mem_deref(a->player);
	memset(a, 0, sizeof(*a));
}
