/**
 * @file mixer/audio/speaker.c  Ranking
 */
#include "mixer/audio/speaker.h"


enum { SILENT_DBOV = 127 };

/** Smoothing per tick: up at once, down slowly, so that a breath between
 *  two words is not silence */
static const float attack = 0.5f, release = 0.06f;

/** A source that is audible keeps its place against one this much louder */
static const float incumbent_db = 6;

/** Favour of a recent active speaker */
static const float sticky_db = 3;

const struct speaker_config speaker_config_default = {
	.audible_max = 8,
	.hold_ms = 2000,
	.talk_on_ms = 100,
	.talk_off_ms = 600,
	.threshold_dbov = 55,
	.takeover_ms = 300,
	.takeover_db = 6,
	.sticky_ms = 3000,
};


static uint64_t us(unsigned ms)
{
	return (uint64_t)ms * 1000;
}


static void update_loudness(struct speaker *s, uint8_t level)
{
	float loud = level >= SILENT_DBOV ? 0 : (float)(SILENT_DBOV - level);

	s->loudness +=
		(loud - s->loudness) * (loud > s->loudness ? attack : release);
}


static void update_talking(struct speaker *s, bool loud,
			   const struct speaker_config *c, uint64_t now_us)
{
	if (loud) {
		s->silent_since_us = 0;
		if (!s->talking_since_us)
			s->talking_since_us = now_us;
		if (now_us - s->talking_since_us >= us(c->talk_on_ms))
			s->talking = true;
		return;
	}

	if (!s->talking) {
		s->talking_since_us = 0;
		return;
	}

	if (!s->silent_since_us)
		s->silent_since_us = now_us;
	if (now_us - s->silent_since_us >= us(c->talk_off_ms)) {
		s->talking = false;
		s->talking_since_us = 0;
	}
}


static float score(const struct speaker *s)
{
	return s->loudness + (s->audible ? incumbent_db : 0);
}


/** Insert into the list of the best, loudest first; drops the last */
static void keep_best(struct speaker *best[], unsigned *count, unsigned max,
		      struct speaker *s)
{
	unsigned at = *count;

	while (at > 0 && score(best[at - 1]) < score(s))
		at--;
	if (at >= max)
		return;

	if (*count < max)
		(*count)++;
	for (unsigned i = *count - 1; i > at; i--)
		best[i] = best[i - 1];
	best[at] = s;
}


static void choose_audible(struct speaker *const speakers[], size_t count,
			   const struct speaker_config *c, uint64_t now_us)
{
	struct speaker *best[SPEAKER_AUDIBLE_LIMIT];
	unsigned max = c->audible_max < SPEAKER_AUDIBLE_LIMIT
			       ? c->audible_max
			       : SPEAKER_AUDIBLE_LIMIT;
	unsigned kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (max && speakers[i]->audible_until_us > now_us)
			keep_best(best, &kept, max, speakers[i]);
	}

	for (size_t i = 0; i < count; i++)
		speakers[i]->audible = false;
	for (unsigned i = 0; i < kept; i++)
		best[i]->audible = true;
}


/** Who leads: the loudest of the talking, recent active speakers favoured */
static int find_leader(struct speaker *const speakers[], size_t count,
		       uint64_t now_us)
{
	float best = 0;
	int leader = -1;

	for (size_t i = 0; i < count; i++) {
		const struct speaker *s = speakers[i];
		float loud;

		if (!s->talking || s->silent_since_us)
			continue;

		loud = s->loudness +
		       (s->active_until_us > now_us ? sticky_db : 0);
		if (leader < 0 || loud > best) {
			leader = (int)i;
			best = loud;
		}
	}

	return leader;
}


static bool dominates(const struct speaker *s, const struct speaker *active,
		      const struct speaker_config *c)
{
	return !active->talking ||
	       s->loudness >= active->loudness + c->takeover_db;
}


static int choose_active(struct speaker *const speakers[], size_t count,
			 int active, const struct speaker_config *c,
			 uint64_t now_us)
{
	int leader = find_leader(speakers, count, now_us);

	for (size_t i = 0; i < count; i++) {
		if ((int)i != leader)
			speakers[i]->leading_since_us = 0;
	}

	if (leader < 0 || leader == active)
		return active;
	if (active < 0)
		return leader;

	if (!dominates(speakers[leader], speakers[active], c)) {
		speakers[leader]->leading_since_us = 0;
		return active;
	}
	if (!speakers[leader]->leading_since_us)
		speakers[leader]->leading_since_us = now_us;

	return now_us - speakers[leader]->leading_since_us >=
			       us(c->takeover_ms)
		       ? leader
		       : active;
}


int speaker_rank(struct speaker *const speakers[], const uint8_t *levels,
		 size_t count, int active, const struct speaker_config *config,
		 uint64_t now_us)
{
	const struct speaker_config *c =
		config ? config : &speaker_config_default;

	if (active < 0 || (size_t)active >= count)
		active = -1;

	for (size_t i = 0; i < count; i++) {
		bool loud = levels[i] < c->threshold_dbov;

		update_loudness(speakers[i], levels[i]);
		update_talking(speakers[i], loud, c, now_us);
		if (loud)
			speakers[i]->audible_until_us =
				now_us + us(c->hold_ms);
	}

	choose_audible(speakers, count, c, now_us);
	active = choose_active(speakers, count, active, c, now_us);
	if (active >= 0 && speakers[active]->talking)
		speakers[active]->active_until_us = now_us + us(c->sticky_ms);

	return active;
}
