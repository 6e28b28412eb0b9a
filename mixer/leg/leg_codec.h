/**
 * @file mixer/leg/leg_codec.h  C of protocol.h: one codec's typed parameters
 *
 * Part of leg_description; the description_* readers take an optional member
 * of an object, leave the value alone when it is absent, and answer EINVAL
 * with the reason when it has the wrong type or range. Pure.
 */
#ifndef PARLEY_MIXER_LEG_LEG_CODEC_H
#define PARLEY_MIXER_LEG_LEG_CODEC_H

#include "mixer/leg/leg_description.h"

int description_bool(const json_t *o, const char *key, bool *v, char *why);
int description_number(const json_t *o, const char *key, int64_t min,
		       int64_t max, int64_t *v, char *why);
int description_string(const json_t *o, const char *key, char *dst,
		       size_t size, char *why);

/**
 * Read the codecs of a section
 *
 * @param m        Its kind is set; codecs are filled
 * @param list     The array; what exceeds DESCRIPTION_CODECS_MAX is left out
 * @param ptime_ms What one packet of ours holds
 * @return 0 or EINVAL with the reason in `why`
 */
int codec_list_parse(struct media_description *m, const json_t *list,
		     uint32_t ptime_ms, char *why);

#endif
