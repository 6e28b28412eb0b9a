/**
 * @file mixer/leg/leg.c  The media session with one endpoint
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg.h"
#include "mixer/leg/leg_demux.h"
#include "mixer/mix/mix.h"
#include "mixer/net/nack.h"
#include "mixer/server/mixer.h"


enum {
	BWE_MIN_BPS = 50000,
	BWE_START_BPS = 800000,
	BWE_MAX_BPS = 6000000,
	TELLS_MAX = 32, /* events a second */
};


static void leg_destructor(void *arg)
{
	struct leg *leg = arg;

	hash_unlink(&leg->he);
	for (size_t i = 0; i < leg->media_count; i++)
		mem_deref(leg->media[i]);

	for (size_t i = 0; i < leg->transport_count; i++) {
		mem_deref(leg->transports[i].t);
		mem_deref(leg->transports[i].estimate);
	}
}


int leg_alloc(struct leg **lp, struct mix *mix, uint64_t id, const char *name)
{
	struct leg *leg = mem_zalloc(sizeof(*leg), leg_destructor);

	if (!leg)
		return ENOMEM;

	leg->mixer = mix->mixer;
	leg->mix = mix;
	leg->id = id;
	snprintf(leg->name, sizeof(leg->name), "%s", name);
	rand_str(leg->cname, sizeof(leg->cname));
	hash_append(leg->mixer->legs, (uint32_t)id, &leg->he, leg);
	*lp = leg;

	return 0;
}


static void report_state(struct leg *leg, const char *state,
			 const char *reason)
{
	mixer_event(leg->mixer,
		    json_pack("{s:s,s:I,s:s,s:s}", "event", "leg.state", "leg",
			      (json_int_t)leg->id, "state", state, "reason",
			      reason ? reason : ""));
}


/* -------------------------------------------------------------- packets */

static int32_t abs_send_time(const struct media *m, const struct rtp_packet *p)
{
	const uint8_t *t;
	size_t n;

	t = rtp_extension(p, m->d.abs_send_time_id, &n);
	if (!t || n != 3)
		return -1;

	return t[0] << 16 | t[1] << 8 | t[2];
}


/* Unwrap in place (RFC 4588); false if there is nothing in it */
static bool unwrap(const struct media *m, uint8_t *buf, size_t len,
		   uint8_t apt, struct rtp_packet *p)
{
	len = m->rx_known ? rtx_decode(buf, len, apt, m->rx.ssrc) : 0;

	return len && !rtp_packet_decode(p, buf, len);
}


static void become_connected(struct leg *leg, const char *reason)
{
	if (leg->connected)
		return;

	leg->connected = true;
	report_state(leg, "connected", reason);
}


static void rtp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct leg_transport *lt = arg;
	struct rtp_packet p;
	struct media *m;
	int apt;

	become_connected(lt->leg, "packet received");
	if (rtp_packet_decode(&p, buf, len))
		return;

	m = leg_demux(lt, &p);
	if (!m) {
		lt->unknown++;
		return;
	}

	if (lt->estimate)
		bandwidth_estimate_packet(lt->estimate, abs_send_time(m, &p),
					  len, now_us);

	apt = media_rtx_apt(m, p.pt);
	if (apt >= 0 && !unwrap(m, buf, len, (uint8_t)apt, &p))
		return;

	media_packet(m, &p, apt >= 0, now_us);
}


static void rtcp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct leg_transport *lt = arg;

	become_connected(lt->leg, "packet received");
	feedback_packet(lt, buf, len, now_us);
}


static void state_h(enum transport_state state, const char *reason, void *arg)
{
	struct leg_transport *lt = arg;
	struct leg *leg = lt->leg;

	switch (state) {

	case TRANSPORT_CONNECTED:
		lt->since_us = clock_us();
		/* a plain one may send, but nobody has been heard yet */
		if (lt->kind == TRANSPORT_WEBRTC)
			become_connected(leg, reason);
		/* what was sent until now went nowhere */
		if (leg_video(leg))
			video_media_want_keyframe(leg_video(leg), true);
		break;

	case TRANSPORT_FAILED: report_state(leg, "failed", reason); break;

	case TRANSPORT_CLOSED: report_state(leg, "bye", reason); break;

	default: break;
	}
}


static void path_h(void *arg)
{
	struct leg_transport *lt = arg;
	struct video_media *v = leg_video(lt->leg);

	if (!v || v->m->lt != lt)
		return;

	video_media_ask_keyframe(v, clock_us());
	video_media_want_keyframe(v, false);
}


/* ----------------------------------------------------------- configure */

/* Which of our addresses routes to the far end */
static size_t address_towards(const struct mixer *mixer, const struct sa *far)
{
	const struct net_config *config = &mixer->config.net;
	struct sa to = *far, local;
	size_t found = 0;
	int fd;

	if (config->media_address_count < 2 || !sa_isset(far, SA_ADDR))
		return 0;

	fd = socket(sa_af(far), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;

	if (!sa_port(&to))
		sa_set_port(&to, 9);

	sa_init(&local, sa_af(far));
	local.len = sizeof(local.u);
	if (!connect(fd, &to.u.sa, to.len) &&
	    !getsockname(fd, &local.u.sa, &local.len)) {
		for (size_t i = 0; i < config->media_address_count; i++) {
			if (sa_cmp(&config->media_addresses[i], &local,
				   SA_ADDR))
				found = i;
		}
	}

	close(fd);

	return found;
}


/* Should the description fail further on, nothing holds the old transport */
static void drop_transport(struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; lt->t && i < leg->media_count; i++) {
		if (leg->media[i]->lt == lt)
			media_detach(leg->media[i]);
	}

	lt->t = mem_deref(lt->t);
	lt->since_us = 0;
}


static int make_transport(struct leg *leg, size_t i,
			  const struct transport_description *d)
{
	static const struct transport_handlers handlers = {
		rtp_h,
		rtcp_h,
		state_h,
		path_h,
	};
	struct leg_transport *lt = &leg->transports[i];
	const struct sa *far = sa_isset(&d->rtp, SA_ADDR) ? &d->rtp : &d->near;

	enum transport_kind kind =
		d->kind == MP_WEBRTC ? TRANSPORT_WEBRTC : TRANSPORT_PLAIN;

	if (lt->t && lt->kind == kind)
		return 0;

	lt->leg = leg;
	lt->index = i;
	lt->kind = kind;
	drop_transport(lt);

	return transport_alloc(
		&lt->t, leg->mixer->net, kind,
		address_towards(leg->mixer, far),
		transport_suite_by_name(mp_suite_name(d->suite)), &handlers,
		lt);
}


static int set_remote(struct leg_transport *lt,
		      const struct transport_description *d)
{
	struct transport_remote r;
	int err;

	if (!d->known)
		return 0;

	memset(&r, 0, sizeof(r));
	r.ice_ufrag = d->ice_ufrag[0] ? d->ice_ufrag : NULL;
	r.ice_pwd = d->ice_pwd[0] ? d->ice_pwd : NULL;
	r.dtls_role = d->dtls_role == MP_DTLS_CLIENT ? DTLS_ROLE_CLIENT
						     : DTLS_ROLE_SERVER;
	r.fingerprint_count = d->fingerprint_count;
	for (size_t i = 0; i < d->fingerprint_count; i++) {
		str_ncpy(r.fingerprints[i].hash, d->fingerprints[i].hash,
			 sizeof(r.fingerprints[i].hash));
		str_ncpy(r.fingerprints[i].value, d->fingerprints[i].value,
			 sizeof(r.fingerprints[i].value));
	}
	r.rtp = d->rtp;
	r.rtcp = d->rtcp;
	r.rtcp_mux = d->rtcp_mux;
	r.suite = transport_suite_by_name(mp_suite_name(d->suite));
	r.sdes_key = d->sdes_key[0] ? d->sdes_key : NULL;
	err = transport_set_remote(lt->t, &r);
	if (!err && !lt->since_us)
		lt->since_us = clock_us();

	return err;
}


/* Every section of a kind is told apart on a transport (RFC 9143) by what
 * was signalled; what was learnt before may belong to another now. */
static void relearn(struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;
	bool video = false;

	lt->ssrc_count = 0;
	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt != lt)
			continue;

		video = video || m->video;
		for (size_t k = 0; k < m->d.ssrc_count; k++)
			leg_demux_learn(lt, m->d.ssrcs[k], m);
	}

	if (video && !lt->estimate)
		(void)bandwidth_estimate_alloc(&lt->estimate, BWE_MIN_BPS,
					       BWE_START_BPS, BWE_MAX_BPS);
}


static int configure_transports(struct leg *leg,
				const struct leg_description *d, char *why)
{
	for (size_t i = 0; i < d->transport_count; i++) {
		int err = make_transport(leg, i, &d->transports[i]);

		if (!err && i >= leg->transport_count)
			leg->transport_count = i + 1;
		if (!err)
			err = set_remote(&leg->transports[i],
					 &d->transports[i]);
		if (err) {
			snprintf(why, DESCRIPTION_WHY_BYTES, "transport %zu",
				 i);
			return err;
		}
	}

	return 0;
}


/* Before anything is changed */
static int check_codecs(const struct leg_description *d, char *why)
{
	struct leg_codec codecs[DESCRIPTION_CODECS_MAX];
	int err = 0;

	for (size_t i = 0; i < d->media_count && !err; i++) {
		if (!d->media[i].off)
			err = leg_codecs_read(codecs, &d->media[i], why);
	}

	return err;
}


int leg_configure(struct leg *leg, const struct leg_description *d,
		  char why[DESCRIPTION_WHY_BYTES])
{
	int err;

	if (d->media_count < leg->media_count ||
	    d->transport_count < leg->transport_count) {
		snprintf(why, DESCRIPTION_WHY_BYTES,
			 "entries keep their place");
		return EINVAL;
	}

	err = check_codecs(d, why);
	if (!err)
		err = configure_transports(leg, d, why);
	if (err)
		return err;

	for (size_t i = 0; i < d->media_count; i++) {
		const struct media_description *md = &d->media[i];

		if (i >= leg->media_count) {
			err = media_alloc(&leg->media[i], leg, i, md->kind);
			if (err)
				return err;
			leg->media_count = i + 1;
		}

		err = media_configure(leg->media[i],
				      &leg->transports[md->transport], md);
		if (err) {
			snprintf(why, DESCRIPTION_WHY_BYTES, "media %zu", i);
			return err;
		}
	}

	for (size_t i = 0; i < leg->transport_count; i++)
		relearn(&leg->transports[i]);

	leg->mix->tiles_changed = true;

	return 0;
}


void leg_volumes(struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->audio)
			audio_media_volume(leg->media[i]->audio);
	}

	leg->mix->tiles_changed = true;
}


void leg_set_early(struct leg *leg, bool early)
{
	if (leg->early == early)
		return;

	leg->early = early;
	leg->mix->tiles_changed = true;
	/* what runs there began before it was shown any of it */
	if (!early && leg_video(leg))
		video_media_want_keyframe(leg_video(leg), true);
}


/* ---------------------------------------------------------------- time */

static bool expects(const struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	if (lt->kind == TRANSPORT_WEBRTC)
		return true;

	/* on hold a terminal may send nothing at all */
	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->lt == lt && leg->media[i]->d.recv)
			return true;
	}

	return false;
}


static bool heard_lately(const struct leg_transport *lt, uint64_t now_us,
			 uint64_t limit_us)
{
	uint64_t heard_us = transport_heard_us(lt->t);

	if (heard_us < lt->since_us)
		heard_us = lt->since_us;

	return now_us < heard_us + limit_us;
}


static void watch(struct leg *leg, uint64_t now_us)
{
	uint64_t limit_us = leg->mixer->config.media_timeout_s * 1000000ull;
	bool waiting = false;

	if (!limit_us)
		return;

	for (size_t i = 0; i < leg->transport_count; i++) {
		struct leg_transport *lt = &leg->transports[i];

		if (!lt->since_us)
			continue;

		/* after a hold, and once it is answered, it has the whole
		 * time again */
		if (leg->early || !expects(lt)) {
			lt->since_us = now_us;
			continue;
		}

		waiting = true;
		if (heard_lately(lt, now_us, limit_us)) {
			leg->timed_out = false;
			return;
		}
	}

	if (!waiting || leg->timed_out)
		return;

	leg->timed_out = true;
	report_state(leg, "timeout", "nothing received");
}


void leg_tick(struct leg *leg, uint64_t now_us)
{
	for (size_t i = 0; i < leg->media_count; i++)
		media_tick(leg->media[i], now_us);

	watch(leg, now_us);
}


bool leg_may_tell(struct leg *leg, uint64_t now_us)
{
	if (now_us - leg->told_us >= 1000000) {
		leg->told_us = now_us;
		leg->told = 0;
	}

	return leg->told++ < TELLS_MAX;
}


void leg_bye(struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++)
		feedback_bye(leg->media[i]);
}


/* --------------------------------------------------------------- views */

struct audio_media *leg_audio(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->audio)
			return leg->media[i]->audio;
	}

	return NULL;
}


struct video_media *leg_video(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->video)
			return leg->media[i]->video;
	}

	return NULL;
}


struct video_source *leg_picture(const struct leg *leg)
{
	const struct video_media *v = leg_video(leg);

	return v ? video_media_shown(v) : NULL;
}


bool leg_participates(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		if (media_receives(leg->media[i]))
			return true;
	}

	return false;
}
