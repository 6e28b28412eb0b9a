/**
 * @file mixer/leg/leg_codec.c  The reader of codec lists
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg_codec.h"


/* As protocol.h says */
enum { SPROP_CHARACTERS = 255 };

/* RTP clock and sample rate of each (RFC 3551, 4867, 7587) */
static const struct {
	uint32_t clock_hz, rate_hz;
} rates[AUDIO_CODEC_COUNT] = {
	[AUDIO_PCMU] = {8000, 8000},  [AUDIO_PCMA] = {8000, 8000},
	[AUDIO_G722] = {8000, 16000}, [AUDIO_OPUS] = {48000, 48000},
	[AUDIO_AMR] = {8000, 8000},   [AUDIO_AMR_WB] = {16000, 16000},
};


static int read_opus(struct audio_codec *c, const json_t *o, char *why)
{
	int64_t bitrate = 0, rate = 0;
	int err;

	err = description_bool(o, "fec", &c->fec, why);
	if (!err)
		err = description_bool(o, "dtx", &c->dtx, why);
	if (!err)
		err = description_number(o, "max_bitrate", 0, 510000, &bitrate,
					 why);
	if (!err)
		err = description_number(o, "max_playback_rate", 0, 48000,
					 &rate, why);

	/* RFC 7587 section 6.1 allows 6000 and up */
	if (bitrate && bitrate < 6000)
		bitrate = 6000;

	c->max_bitrate = (uint32_t)bitrate;
	c->max_playback_rate_hz = rate == 48000 ? 0 : (uint32_t)rate;

	return err;
}


static int read_amr(struct audio_codec *c, const json_t *o, char *why)
{
	const json_t *set = json_object_get(o, "mode_set");
	int64_t period = 1;
	unsigned modes = c->id == AUDIO_AMR ? 8 : 9;
	const json_t *mode;
	size_t i;
	int err;

	err = description_bool(o, "octet_align", &c->octet_align, why);
	if (!err)
		err = description_number(o, "mode_change_period", 1, 2,
					 &period, why);
	if (!err)
		err = description_bool(o, "mode_change_neighbor",
				       &c->mode_change_neighbor, why);
	if (err)
		return err;

	c->mode_change_period = (uint8_t)period;
	json_array_foreach (set, i, mode) {
		json_int_t n = json_integer_value(mode);

		if (!json_is_integer(mode) || n < 0 || n >= modes) {
			snprintf(why, DESCRIPTION_WHY_BYTES,
				 "mode_set: modes are 0 to %u", modes - 1);
			return EINVAL;
		}

		c->mode_set |= (uint16_t)(1u << n);
	}

	return 0;
}


static int read_audio(struct audio_codec *c, enum audio_codec_id id,
		      const json_t *o, uint32_t ptime_ms, char *why)
{
	c->id = id;
	c->clock_hz = rates[id].clock_hz;
	c->rate_hz = rates[id].rate_hz;
	c->ptime_ms = ptime_ms;

	if (id == AUDIO_OPUS)
		return read_opus(c, o, why);
	if (id == AUDIO_AMR || id == AUDIO_AMR_WB)
		return read_amr(c, o, why);

	return 0;
}


/* What cannot be used of it is left out: the stream may do without */
static int read_sprop(struct video_parameter_sets *sets, const json_t *o,
		      char *why)
{
	char text[SPROP_CHARACTERS + 1] = "";
	const char *unit = text;
	int err;

	err = description_string(o, "sprop", text, sizeof(text), why);
	if (err)
		return err;

	while (*unit) {
		size_t len = strcspn(unit, ",");
		uint8_t nal[SPROP_CHARACTERS];
		size_t n = sizeof(nal);

		if (!base64_decode(unit, len, nal, &n))
			(void)video_parameter_sets_append(sets, nal, n);
		unit += len + (unit[len] == ',');
	}

	return 0;
}


static int read_h264(struct video_codec *c, const json_t *o, char *why)
{
	int64_t mode = 0, mbps = 0, fs = 0;
	char level[8] = "42e01f";
	char *end;
	unsigned long n;
	int err;

	err = description_number(o, "packetization_mode", 0, 1, &mode, why);
	if (!err)
		err = description_string(o, "profile_level_id", level,
					 sizeof(level), why);
	if (!err)
		err = description_number(o, "max_mbps", 0, 100000000, &mbps,
					 why);
	if (!err)
		err = description_number(o, "max_fs", 0, 1000000, &fs, why);
	if (err)
		return err;

	n = strtoul(level, &end, 16);
	if (strlen(level) != 6 || *end || level[0] == '-') {
		snprintf(why, DESCRIPTION_WHY_BYTES,
			 "profile_level_id: not six hexadecimal digits");
		return EINVAL;
	}

	c->packetization_mode = (uint8_t)mode;
	c->profile_idc = (uint8_t)(n >> 16);
	c->profile_iop = (uint8_t)(n >> 8);
	c->level_idc = (uint8_t)n;
	c->max_mbps = (uint32_t)mbps;
	c->max_fs = (uint32_t)fs;

	return 0;
}


static int read_codec(struct codec_description *c, enum media_kind kind,
		      const json_t *o, uint32_t ptime_ms, char *why)
{
	char name[16] = "";
	int64_t pt = -1;
	int err;

	err = description_string(o, "name", name, sizeof(name), why);
	if (!err)
		err = description_number(o, "pt", 0, 127, &pt, why);
	if (err)
		return err;

	if (pt < 0) {
		snprintf(why, DESCRIPTION_WHY_BYTES, "codec: pt is missing");
		return EINVAL;
	}

	c->pt = (uint8_t)pt;
	if (kind == MEDIA_AUDIO) {
		enum audio_codec_id id = audio_codec_by_name(name);

		if (id < AUDIO_CODEC_COUNT)
			return read_audio(&c->audio, id, o, ptime_ms, why);
	}
	else {
		enum video_codec_id id = video_codec_by_name(name);

		c->video.id = id;
		if (id == VIDEO_H264) {
			err = read_sprop(&c->parameter_sets, o, why);
			return err ? err : read_h264(&c->video, o, why);
		}
		if (id < VIDEO_CODEC_COUNT)
			return 0;
	}

	snprintf(why, DESCRIPTION_WHY_BYTES, "codec: unknown name");

	return EINVAL;
}


int codec_list_parse(struct media_description *m, const json_t *list,
		     uint32_t ptime_ms, char *why)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		int err;

		if (m->codec_count == DESCRIPTION_CODECS_MAX)
			break;

		err = read_codec(&m->codecs[m->codec_count++], m->kind, o,
				 ptime_ms, why);
		if (err)
			return err;
	}

	if (!m->codec_count) {
		snprintf(why, DESCRIPTION_WHY_BYTES, "codecs: none");
		return EINVAL;
	}

	return 0;
}
