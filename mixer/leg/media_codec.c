/**
 * @file mixer/leg/media_codec.c  From codec descriptions to configurations
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/media_codec.h"


static void opus_configure(struct audio_codec *c,
			   const struct codec_description *d)
{
	uint32_t bitrate = d->max_bitrate;

	c->fec = d->fec;
	c->dtx = d->dtx;
	/* RFC 7587 section 6.1 allows 6000 and up */
	c->max_bitrate = bitrate && bitrate < 6000 ? 6000 : bitrate;
	c->max_playback_rate_hz =
		d->max_playback_rate == 48000 ? 0 : d->max_playback_rate;
}


static int amr_configure(struct audio_codec *c,
			 const struct codec_description *d, char *why)
{
	unsigned modes = c->id == AUDIO_AMR ? 8 : 9;

	if (d->mode_set >> modes)
		return json_table_refuse(why, "mode_set: modes are 0 to %u",
					 modes - 1);

	c->octet_align = d->octet_align;
	c->mode_set = d->mode_set;
	c->mode_change_period = d->mode_change_period;
	c->mode_change_neighbor = d->mode_change_neighbor;

	return 0;
}


/* Packets and ticks end together. A frame of AMR is 20 ms. 0: nothing said */
static uint32_t packet_ms(enum audio_codec_id id, uint32_t ptime_ms)
{
	static const uint32_t sizes[] = {60, 40, 20, 10, 5};
	const uint32_t least = id == AUDIO_AMR || id == AUDIO_AMR_WB ? 20 : 5;

	if (!ptime_ms)
		return AUDIO_TICK_MS;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] <= ptime_ms && sizes[i] >= least)
			return sizes[i];
	}

	return least;
}


static int audio_configure(struct audio_codec *c,
			   const struct codec_description *d,
			   uint32_t ptime_ms, char *why)
{
	enum audio_codec_id id = audio_codec_by_name(d->name);

	if (id == AUDIO_CODEC_COUNT)
		return json_table_refuse(why, "codec: unknown name");

	*c = audio_codec_plain(id);
	c->ptime_ms = packet_ms(id, ptime_ms);

	if (c->id == AUDIO_OPUS)
		opus_configure(c, d);
	if (c->id == AUDIO_AMR || c->id == AUDIO_AMR_WB)
		return amr_configure(c, d, why);

	return 0;
}


/* What cannot be used of it is left out: the stream may do without */
static void sprop_read(struct video_parameter_sets *sets, const char *unit)
{
	while (*unit) {
		size_t len = strcspn(unit, ",");
		uint8_t nal[DESCRIPTION_SPROP_BYTES];
		size_t n = sizeof(nal);

		if (!base64_decode(unit, len, nal, &n))
			(void)video_parameter_sets_append(sets, nal, n);
		unit += len + (unit[len] == ',');
	}
}


static int h264_configure(struct video_codec *c,
			  const struct codec_description *d, char *why)
{
	const char *level =
		d->profile_level_id[0] ? d->profile_level_id : "42e01f";
	char *end;
	unsigned long n = strtoul(level, &end, 16);

	if (strlen(level) != 6 || *end || level[0] == '-')
		return json_table_refuse(
			why, "profile_level_id: not six hexadecimal digits");

	c->packetization_mode = d->packetization_mode;
	c->profile_idc = (uint8_t)(n >> 16);
	c->profile_iop = (uint8_t)(n >> 8);
	c->level_idc = (uint8_t)n;
	c->max_mbps = d->max_mbps;
	c->max_fs = d->max_fs;

	return 0;
}


static int video_configure(struct leg_codec *c,
			   const struct codec_description *d, char *why)
{
	c->video.id = video_codec_by_name(d->name);
	if (c->video.id == VIDEO_CODEC_COUNT)
		return json_table_refuse(why, "codec: unknown name");
	if (c->video.id != VIDEO_H264)
		return 0;

	sprop_read(&c->parameter_sets, d->sprop);

	return h264_configure(&c->video, d, why);
}


void leg_codecs_capable(struct mixer_capabilities *c)
{
	memset(c, 0, sizeof(*c));
	for (int i = 0; i < AUDIO_CODEC_COUNT; i++) {
		struct audio_codec codec =
			audio_codec_plain((enum audio_codec_id)i);

		mixer_capabilities_add(c, MEDIA_AUDIO,
				       audio_codec_name(codec.id),
				       codec.clock_hz);
	}
	for (int i = 0; i < VIDEO_CODEC_COUNT; i++)
		mixer_capabilities_add(
			c, MEDIA_VIDEO,
			video_codec_name((enum video_codec_id)i),
			VIDEO_CLOCK_HZ);
	c->rtx = c->telephone_event = c->cn = c->remb = c->relay = true;
}


int leg_codecs_read(struct leg_codec codecs[DESCRIPTION_CODECS_MAX],
		    const struct media_description *d,
		    char why[DESCRIPTION_WHY_BYTES])
{
	int err = 0;

	memset(codecs, 0, DESCRIPTION_CODECS_MAX * sizeof(codecs[0]));
	for (size_t i = 0; i < d->codec_count && !err; i++)
		err = d->kind == MEDIA_AUDIO
			      ? audio_configure(&codecs[i].audio,
						&d->codecs[i], d->ptime_ms,
						why)
			      : video_configure(&codecs[i], &d->codecs[i],
						why);

	return err;
}
