/**
 * @file signaling/transport/admission.c  Who is let in when all come at once
 */
#include "signaling/http/limit.h"
#include "signaling/transport/admission.h"


enum {
	PARTS = 1000, /**< of a message: what a rate of 1 gives in 1 ms */
	/** Of a source's LIMIT_BURST_MIN, for each message: three at once */
	QUIET_TOKENS = 3,
	/** Who was dropped so often takes all that there is: an INVITE is
	 *  sent seven times */
	FIRM_TIMES = 6,
};

/** All of a kind together */
struct bucket {
	uint64_t rate; /**< messages a second */
	uint64_t parts;
	uint64_t at_ms;
};

struct admission {
	struct bucket strangers, known;
	struct limit *quiet;
};


static uint64_t full(const struct bucket *b)
{
	return b->rate * ADMISSION_BURST_S * PARTS;
}


static void bucket_fill(struct bucket *b, uint64_t now_ms)
{
	const uint64_t most_ms = ADMISSION_BURST_S * 1000;
	uint64_t ms = now_ms > b->at_ms ? now_ms - b->at_ms : 0;

	b->parts += b->rate * (ms < most_ms ? ms : most_ms);
	if (b->parts > full(b))
		b->parts = full(b);
	b->at_ms = now_ms;
}


/** @param floor What is left for others */
static bool bucket_take(struct bucket *b, unsigned cost, uint64_t floor)
{
	const uint64_t parts = (uint64_t)cost * PARTS;

	if (b->parts < floor + parts)
		return false;

	b->parts -= parts;

	return true;
}


static void admission_destructor(void *arg)
{
	struct admission *a = arg;

	mem_deref(a->quiet);
}


int admission_alloc(struct admission **ap, unsigned rate)
{
	const struct limit_rate quiet = {QUIET_TOKENS, ADMISSION_QUIET_S, 0};
	struct admission *a = mem_zalloc(sizeof(*a), admission_destructor);
	int err;

	if (!a)
		return ENOMEM;

	a->strangers.rate = rate;
	a->strangers.parts = full(&a->strangers);
	a->known.rate = (uint64_t)rate * ADMISSION_KNOWN_TIMES;
	a->known.parts = full(&a->known);
	err = limit_alloc(&a->quiet, &quiet);
	if (err)
		mem_deref(a);
	else
		*ap = a;

	return err;
}


/** What is left to those who come before */
static uint64_t reserve(const struct bucket *b, bool quiet, unsigned times)
{
	if (!quiet && !times)
		return full(b) / 2;

	return full(b) / 4 * (FIRM_TIMES - MIN(times, FIRM_TIMES)) /
	       FIRM_TIMES;
}


bool admission_stranger(struct admission *a, const struct sa *source,
			unsigned times, unsigned cost, uint64_t now_ms)
{
	struct bucket *b = &a->strangers;
	bool quiet;

	if (!b->rate)
		return true;

	bucket_fill(b, now_ms);
	quiet = limit_take(a->quiet, source, QUIET_TOKENS, now_ms);

	return bucket_take(b, cost, reserve(b, quiet, times));
}


bool admission_known(struct admission *a, unsigned cost, uint64_t now_ms)
{
	if (!a->known.rate)
		return true;

	bucket_fill(&a->known, now_ms);

	return bucket_take(&a->known, cost, 0);
}
