/**
 * @file mixer/audio/codec_amr_mode.c  Mode adaptation
 */
#include <string.h>
#include "mixer/audio/codec_amr_mode.h"
#include "mixer/audio/amr_payload.h"


enum {
	INITIAL_NARROW = 7, /**< 12.2 kbit/s */
	INITIAL_WIDE = 2,   /**< 12.65 kbit/s */
};


static bool allowed(const struct amr_mode *m, int mode)
{
	return mode >= 0 && mode < 16 && (m->set >> mode & 1);
}


/** Highest allowed mode up to `mode`; else the lowest there is */
static uint8_t at_most(const struct amr_mode *m, int mode)
{
	for (int i = mode; i >= 0; i--) {
		if (allowed(m, i))
			return (uint8_t)i;
	}

	return (uint8_t)__builtin_ctz(m->set);
}


void amr_mode_init(struct amr_mode *m, const struct audio_codec *codec)
{
	const bool wide = codec->id == AUDIO_AMR_WB;
	const int count = wide ? AMR_WB_MODES : AMR_MODES;
	const uint16_t all = (uint16_t)((1U << count) - 1);
	int initial = wide ? INITIAL_WIDE : INITIAL_NARROW;

	memset(m, 0, sizeof(*m));
	m->set = codec->mode_set & all;
	if (!m->set)
		m->set = all;
	m->period = codec->mode_change_period ? codec->mode_change_period : 1;
	m->neighbor = codec->mode_change_neighbor;

	while (initial > 0 && codec->max_bitrate &&
	       (uint32_t)amr_frame_bits(wide, (uint8_t)initial) * 50 >
		       codec->max_bitrate)
		initial--;

	m->now = m->wanted = at_most(m, initial);
}


void amr_mode_request(struct amr_mode *m, uint8_t cmr)
{
	const int highest = 31 - __builtin_clz(m->set);

	/* "no request" and what is reserved change nothing; a mode outside
	 * the set is an upper bound */
	if (cmr >= AMR_WB_MODES)
		return;

	m->wanted = at_most(m, cmr > highest ? highest : cmr);
}


static uint8_t neighbor_towards(const struct amr_mode *m)
{
	const int step = m->wanted > m->now ? 1 : -1;
	int mode = m->now + step;

	while (!allowed(m, mode))
		mode += step;

	return (uint8_t)mode;
}


uint8_t amr_mode_next(struct amr_mode *m)
{
	if (m->now != m->wanted && m->frames % m->period == 0)
		m->now = m->neighbor ? neighbor_towards(m) : m->wanted;

	m->frames++;

	return m->now;
}
