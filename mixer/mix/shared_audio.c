/**
 * @file mixer/mix/shared_audio.c  Who joins which rendition of the sound
 */
#include <errno.h>
#include "mixer/base/re.h"
#include "mixer/mix/shared_audio.h"


struct shared_audio {
	const struct past_sound *past;
	unsigned *count;
	struct list renditions; /* shared_audio_rendition */
};

/* The common mix encoded for one configuration */
struct shared_audio_rendition {
	struct le le;
	struct shared_audio *shared;
	struct audio_codec codec;
	uint8_t cmr;
	struct audio_rendition *rendition;
	struct list consumers;
	unsigned consumer_count, taker_count;
	float loss; /* percent, of the worst consumer */
	bool fed;   /* at the last tick */
};

struct audio_consumer {
	struct le le;
	struct shared_audio *shared;
	struct shared_audio_rendition *joined; /* NULL: nothing */
	bool taking;
	audio_packet_h *packeth;
	void *arg;
};


/* -------------------------------------------------------------- rendition */

static void shared_audio_destructor(void *arg)
{
	struct shared_audio *s = arg;

	list_flush(&s->renditions);
}


int shared_audio_alloc(struct shared_audio **sp, const struct past_sound *past,
		       unsigned *count)
{
	struct shared_audio *s;

	s = mem_zalloc(sizeof(*s), shared_audio_destructor);
	if (!s)
		return ENOMEM;

	s->past = past;
	s->count = count;
	*sp = s;

	return 0;
}


static void shared_audio_rendition_destructor(void *arg)
{
	struct shared_audio_rendition *r = arg;

	list_unlink(&r->le);
	if (r->rendition)
		--*r->shared->count;
	mem_deref(r->rendition);
}


static struct shared_audio_rendition *find(const struct shared_audio *s,
					   const struct audio_codec *codec,
					   uint8_t cmr)
{
	for (struct le *le = s->renditions.head; le; le = le->next) {
		struct shared_audio_rendition *r = le->data;

		if (r->cmr == cmr && audio_codec_equal(&r->codec, codec))
			return r;
	}

	return NULL;
}


static int make(struct shared_audio_rendition **rp, struct shared_audio *s,
		const struct audio_codec *codec, uint8_t cmr)
{
	struct shared_audio_rendition *r;
	int err;

	r = mem_zalloc(sizeof(*r), shared_audio_rendition_destructor);
	if (!r)
		return ENOMEM;

	r->shared = s;
	r->codec = *codec;
	r->cmr = cmr;
	err = audio_rendition_alloc(&r->rendition, codec);
	if (err) {
		mem_deref(r);
		return err;
	}

	++*s->count;
	audio_rendition_cmr(r->rendition, cmr);
	list_append(&s->renditions, &r->le, r);
	*rp = r;

	return 0;
}


bool shared_audio_is_taken(const struct shared_audio *s)
{
	for (struct le *le = s->renditions.head; le; le = le->next) {
		const struct shared_audio_rendition *r = le->data;

		if (r->taker_count)
			return true;
	}

	return false;
}


/* --------------------------------------------------------------- consumer */

static void audio_consumer_destructor(void *arg)
{
	audio_consumer_leave(arg);
}


int audio_consumer_alloc(struct audio_consumer **cp, struct shared_audio *s,
			 audio_packet_h *packeth, void *arg)
{
	struct audio_consumer *c;

	c = mem_zalloc(sizeof(*c), audio_consumer_destructor);
	if (!c)
		return ENOMEM;

	c->shared = s;
	c->taking = true;
	c->packeth = packeth;
	c->arg = arg;
	*cp = c;

	return 0;
}


int audio_consumer_join(struct audio_consumer *c,
			const struct audio_codec *codec, uint8_t cmr)
{
	struct shared_audio_rendition *r = find(c->shared, codec, cmr);
	int err;

	if (r && r == c->joined)
		return 0;

	err = r ? 0 : make(&r, c->shared, codec, cmr);
	if (err)
		return err;

	audio_consumer_leave(c);
	c->joined = r;
	list_append(&r->consumers, &c->le, c);
	r->consumer_count++;
	r->taker_count += c->taking;

	return 0;
}


int audio_consumer_move(struct audio_consumer *c, struct shared_audio *to)
{
	const struct shared_audio_rendition *joined = c->joined;
	struct shared_audio *from = c->shared;
	int err;

	c->shared = to;
	err = joined ? audio_consumer_join(c, &joined->codec, joined->cmr) : 0;
	if (err)
		c->shared = from;

	return err;
}


void audio_consumer_leave(struct audio_consumer *c)
{
	struct shared_audio_rendition *r = c->joined;

	if (!r)
		return;

	c->joined = NULL;
	list_unlink(&c->le);
	r->taker_count -= c->taking;
	if (!--r->consumer_count)
		mem_deref(r);
}


const struct audio_codec *audio_consumer_codec(const struct audio_consumer *c)
{
	return c->joined ? &c->joined->codec : NULL;
}


uint8_t audio_consumer_cmr(const struct audio_consumer *c)
{
	return c->joined ? c->joined->cmr : AUDIO_CMR_NONE;
}


void audio_consumer_take(struct audio_consumer *c, bool taking)
{
	if (taking == c->taking)
		return;

	c->taking = taking;
	if (!c->joined)
		return;

	if (taking)
		c->joined->taker_count++;
	else
		c->joined->taker_count--;
}


void audio_consumer_loss(struct audio_consumer *c, unsigned percent)
{
	struct shared_audio_rendition *r = c->joined;
	float d;

	if (!r)
		return;

	d = (float)percent - r->loss;
	r->loss += d > 0 ? d : d / (4.0f * (float)r->consumer_count);
	audio_rendition_loss(r->rendition, (unsigned)r->loss);
}


uint32_t audio_consumer_tick_units(const struct audio_consumer *c)
{
	return c->joined ? audio_rendition_tick_units(c->joined->rendition)
			 : 0;
}


/* ------------------------------------------------------------------- tick */

/* false: nothing is made of this tick */
static bool encode(struct shared_audio_rendition *r, const int16_t *pcm,
		   uint64_t tick, struct audio_packet *p)
{
	unsigned ticks = audio_codec_packet_ticks(&r->codec);

	/* it begins where packets of all begin: they keep step */
	if (!r->taker_count || (!r->fed && tick % ticks)) {
		r->fed = false;
		return false;
	}

	if (!r->fed)
		past_sound_warm_up(r->shared->past, r->rendition, NULL, ticks);

	r->fed = true;
	p->len = 0;
	(void)audio_rendition_feed(r->rendition, pcm, &p->payload, &p->len);
	p->tick = tick;
	p->timestamp = (uint32_t)(tick + 1 - ticks) *
		       audio_rendition_tick_units(r->rendition);

	return true;
}


/* The next packet of the same tick */
static bool encode_more(struct shared_audio_rendition *r,
			struct audio_packet *p)
{
	p->timestamp += audio_rendition_packet_units(r->rendition);

	return audio_rendition_more(r->rendition, &p->payload, &p->len);
}


static void hand_out(const struct shared_audio_rendition *r,
		     const struct audio_packet *p, uint64_t now_us)
{
	struct le *next;

	if (!p->len)
		return;

	for (struct le *le = r->consumers.head; le; le = next) {
		struct audio_consumer *c = le->data;

		next = le->next;
		if (c->taking)
			c->packeth(p, now_us, c->arg);
	}
}


void shared_audio_tick(struct shared_audio *s, const int16_t *pcm,
		       uint64_t tick, uint64_t now_us)
{
	struct le *next;

	for (struct le *le = s->renditions.head; le; le = next) {
		struct shared_audio_rendition *r = le->data;
		struct audio_packet p;

		next = le->next;
		if (!encode(r, pcm, tick, &p))
			continue;

		do {
			hand_out(r, &p, now_us);
		} while (encode_more(r, &p));
	}
}
