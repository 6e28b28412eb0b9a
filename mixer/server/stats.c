/**
 * @file mixer/server/stats.c  Counters as JSON
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/video_media.h"
#include "mixer/server/mixer.h"
#include "mixer/server/stats.h"
#include "mixer/server/tick.h"


/** Legs chosen for one reply: the lowest ids above `after` */
struct choice {
	uint64_t after;
	const struct leg *legs[STATS_LEGS_MAX];
	size_t count;
	bool more;
};


static void put(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}


static uint64_t ms(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000 + (uint64_t)tv->tv_usec / 1000;
}


static json_t *durations_json(const struct durations *d)
{
	json_t *o = json_object();

	put(o, "count", d->count);
	put(o, "p50_us", durations_percentile(d, 50));
	put(o, "p99_us", durations_percentile(d, 99));
	put(o, "max_us", d->max_us);

	return o;
}


static json_t *mixer_json(const struct mixer *mixer)
{
	const struct net_stats *net = net_stats(mixer->net);
	json_t *o = json_object();
	struct tick_stats tick;
	struct rusage usage;

	tick_stats(mixer->tick, &tick);
	getrusage(RUSAGE_SELF, &usage);
	put(o, "legs", mixer->totals.legs);
	put(o, "mixes", mixer->totals.mixes);
	put(o, "packets_in", net->packets_in);
	put(o, "packets_out", net->packets_out);
	put(o, "bytes_in", net->bytes_in);
	put(o, "bytes_out", net->bytes_out);
	put(o, "discarded", net->discarded);
	put(o, "ticks", tick.ticks);
	put(o, "ticks_missed", tick.missed);
	put(o, "tick_late_us_p50", tick.late_us_p50);
	put(o, "tick_late_us_p99", tick.late_us_p99);
	put(o, "tick_late_us_max", tick.late_us_max);
	put(o, "renditions_audio", mixer->totals.audio_renditions);
	put(o, "renditions_video", mixer->totals.video_renditions);
	put(o, "decoded_audio", mixer->totals.decoded_audio);
	put(o, "cpu_user_ms", ms(&usage.ru_utime));
	put(o, "cpu_system_ms", ms(&usage.ru_stime));
	json_object_set_new(o, "requests", durations_json(&mixer->requests));

	return o;
}


static int64_t lost(const struct receive_stats *s)
{
	if (!s->started)
		return 0;

	return s->highest - s->base + 1 - (int64_t)s->received;
}


static json_t *audio_json(const struct audio_media *a,
			  const struct mix_leg_stats *mixed)
{
	const struct media *m = a->m;
	const struct recv_stream *in = media_incoming(m);
	const struct receive_stats *rx = recv_stream_stats(in);
	const struct audio_codec *last =
		audio_source_codec(recv_stream_audio(in));
	struct audio_source_stats s;
	json_t *o = json_object();

	memset(&s, 0, sizeof(s));
	audio_source_stats(recv_stream_audio(in), &s);
	json_object_set_new(o, "codec",
			    json_string(audio_codec_name(a->codec.id)));
	if (last)
		json_object_set_new(o, "codec_in",
				    json_string(audio_codec_name(last->id)));
	put(o, "packets_in", rx->received);
	json_object_set_new(o, "packets_lost", json_integer(lost(rx)));
	put(o, "jitter_ms",
	    rx->clock_hz ? (uint64_t)(rx->jitter * 1000 / rx->clock_hz) : 0);
	put(o, "playout_delay_ms", s.delay_ms);
	put(o, "concealed", s.concealed);
	put(o, "level_dbov", mixed->level_dbov);
	put(o, "packets_out", send_stream_stats(media_outgoing(m))->packets);
	put(o, "withheld", send_stream_stats(media_outgoing(m))->withheld);
	put(o, "remote_loss", m->reports.remote_loss);
	put(o, "rtt_ms", m->reports.rtt_ms);

	return o;
}


static json_t *video_json(const struct video_media *v,
			  const struct mix_leg_stats *mixed)
{
	const struct media *m = v->m;
	const struct recv_stream *in = media_incoming(m);
	const struct receive_stats *rx = recv_stream_stats(in);
	struct video_source_stats s;
	json_t *o = json_object();

	memset(&s, 0, sizeof(s));
	s.codec = VIDEO_CODEC_COUNT;
	video_source_stats(recv_stream_video(in), &s);
	json_object_set_new(o, "codec",
			    json_string(video_codec_name(v->codec.id)));
	if (s.codec < VIDEO_CODEC_COUNT)
		json_object_set_new(o, "codec_in",
				    json_string(video_codec_name(s.codec)));
	put(o, "width_in", s.width);
	put(o, "height_in", s.height);
	put(o, "frames_in", s.frames);
	put(o, "packets_in", rx->received);
	json_object_set_new(o, "packets_lost", json_integer(lost(rx)));
	put(o, "nacks_out", v->nacks_out);
	put(o, "plis_out", v->plis_out);
	put(o, "plis_in", v->plis_in);
	put(o, "width", mixed->width);
	put(o, "height", mixed->height);
	put(o, "frames_out", v->frames_out);
	put(o, "packets_out", send_stream_stats(media_outgoing(m))->packets);
	put(o, "withheld", send_stream_stats(media_outgoing(m))->withheld);
	put(o, "kbps_out", v->kbps_out);
	put(o, "remb_kbps", v->remb_bps / 1000);
	put(o, "remote_loss", m->reports.remote_loss);
	put(o, "rtt_ms", m->reports.rtt_ms);
	put(o, "tier", v->tier);

	return o;
}


/** Of the first transport that has one: mostly there is no other */
static void put_path(json_t *o, const struct leg *leg)
{
	const char *path = NULL;

	for (size_t i = 0; i < leg_transport_count(leg) && !path; i++)
		path = transport_path(leg_transport(leg, i));
	if (path)
		json_object_set_new(o, "path", json_string(path));
}


/** Of the first transport that is an end of one */
static void put_relay(json_t *o, const struct leg *leg)
{
	struct transport_relay_stats s;
	json_t *relay;
	size_t i = 0;

	while (i < leg_transport_count(leg) &&
	       !transport_relay_stats(leg_transport(leg, i), &s))
		i++;
	if (i == leg_transport_count(leg))
		return;

	relay = json_object();
	put(relay, "relay", s.relay);
	json_object_set_new(relay, "carried", json_boolean(s.carried));
	put(relay, "packets_in", s.packets_in);
	put(relay, "bytes_in", s.bytes_in);
	put(relay, "packets_out", s.packets_out);
	put(relay, "held", s.held);
	put(relay, "policed", s.policed);
	json_object_set_new(o, "relay", relay);
}


static json_t *leg_json(const struct leg *leg)
{
	const struct audio_media *a = leg_audio(leg);
	const struct video_media *v = leg_video(leg);
	const struct mix *mix = mix_of(leg);
	struct mix_leg_stats mixed;
	json_t *o = json_object();

	mix_leg_stats(leg, &mixed);
	put(o, "leg", leg_id(leg));
	put(o, "mix", mix ? mix_id(mix) : 0);
	put_path(o, leg);
	if (a)
		json_object_set_new(o, "audio", audio_json(a, &mixed));
	if (v)
		json_object_set_new(o, "video", video_json(v, &mixed));
	put_relay(o, leg);

	return o;
}


/* Keep the lowest ids; the array is ascending */
static bool choose(struct le *le, void *arg)
{
	const struct leg *leg = le->data;
	struct choice *c = arg;
	size_t at;

	if (leg_id(leg) <= c->after)
		return false;

	for (at = c->count; at && leg_id(c->legs[at - 1]) > leg_id(leg); at--)
		;

	if (c->count == STATS_LEGS_MAX) {
		c->more = true;
		if (at == STATS_LEGS_MAX)
			return false;
		c->count--;
	}

	memmove(&c->legs[at + 1], &c->legs[at],
		(c->count - at) * sizeof(c->legs[0]));
	c->legs[at] = leg;
	c->count++;

	return false;
}


json_t *stats_json(const struct mixer *mixer, uint64_t after)
{
	struct choice c = {.after = after};
	json_t *legs = json_array();

	hash_apply(mixer->legs, choose, &c);
	for (size_t i = 0; i < c.count; i++)
		json_array_append_new(legs, leg_json(c.legs[i]));

	return json_pack("{s:o,s:o,s:b}", "mixer", mixer_json(mixer), "legs",
			 legs, "more", c.more);
}
