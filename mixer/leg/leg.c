/**
 * @file mixer/leg/leg.c  The media session with one endpoint
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg_demux.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/video_media.h"
#include "mixer/net/nack.h"


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


int leg_alloc(struct leg **lp, const struct leg_host *host, uint64_t id,
	      const struct leg_settings *settings)
{
	struct leg *leg = mem_zalloc(sizeof(*leg), leg_destructor);

	if (!leg)
		return ENOMEM;

	leg->host = host;
	leg->id = id;
	leg->settings = *settings;
	rand_str(leg->cname, sizeof(leg->cname));
	hash_append(host->legs, (uint32_t)id, &leg->he, leg);
	*lp = leg;

	return 0;
}


/* ---------------------------------------------------------------- tell */

static void report_state(struct leg *leg, const char *state,
			 const char *reason)
{
	leg->host->events->state(leg, state, reason ? reason : "",
				 leg->host->arg);
}


static bool may_tell(struct leg *leg, uint64_t now_us)
{
	if (now_us - leg->told_us >= 1000000) {
		leg->told_us = now_us;
		leg->told = 0;
	}

	return leg->told++ < TELLS_MAX;
}


void leg_tell_digit(struct leg *leg, char digit, unsigned duration_ms,
		    uint64_t now_us)
{
	if (may_tell(leg, now_us))
		leg->host->events->digit(leg, digit, duration_ms,
					 leg->host->arg);
}


void leg_tell_camera(const struct leg *leg, unsigned width, unsigned height)
{
	leg->host->events->camera(leg, width, height, leg->host->arg);
}


void leg_set_mix(struct leg *leg, const struct leg_mix_events *events,
		 void *arg)
{
	leg->mix = events;
	leg->mix_arg = arg;
}


void *leg_mix_arg(const struct leg *leg)
{
	return leg->mix_arg;
}


void leg_look_changed(const struct leg *leg)
{
	if (leg->mix)
		leg->mix->look_changed(leg->mix_arg);
}


int leg_follow_media(const struct leg *leg, enum media_kind kind)
{
	return leg->mix ? leg->mix->follow(kind, leg->mix_arg) : 0;
}


void leg_sound_lost(const struct leg *leg, unsigned percent)
{
	if (leg->mix)
		leg->mix->sound_lost(percent, leg->mix_arg);
}


void leg_keyframe(const struct leg *leg, bool urgent)
{
	if (leg->mix)
		leg->mix->keyframe(urgent, leg->mix_arg);
}


unsigned leg_tier_kbps(const struct leg *leg, unsigned tier)
{
	return leg->mix ? leg->mix->tier_kbps(tier, leg->mix_arg) : 0;
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
	len = media_has_source(m)
		      ? rtx_decode(buf, len, apt,
				   recv_stream_ssrc(media_incoming(m)))
		      : 0;

	return len && !rtp_packet_decode(p, buf, len);
}


static void become_connected(struct leg *leg, const char *reason)
{
	if (leg->connected)
		return;

	leg->connected = true;
	report_state(leg, "connected", reason);
}


/* RFC 3550 section 8.2: SSRCs are unique on a transport */
static void avoid_collision(const struct leg_transport *lt, uint32_t ssrc)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];
		struct send_stream *s = media_send_by_ssrc(m, ssrc);

		if (m->lt != lt || !s)
			continue;

		feedback_bye(m);
		send_stream_renew_ssrc(s);
	}
}


void leg_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		uint64_t now_us)
{
	if (media_packet(m, p, rtx, now_us))
		avoid_collision(m->lt, p->ssrc);
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

	leg_packet(m, &p, apt >= 0, now_us);
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
		leg_keyframe(leg, true);
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
	leg_keyframe(lt->leg, false);
}


/* ----------------------------------------------------------- configure */

/* Which of our addresses routes to the far end */
static size_t address_towards(const struct net_config *config,
			      const struct sa *far)
{
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
		&lt->t, leg->host->net, kind,
		address_towards(leg->host->net_config, far),
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

		video = video || m->d.kind == MEDIA_VIDEO;
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


static const struct media_ops *const kinds[] = {
	[MEDIA_AUDIO] = &audio_media_ops,
	[MEDIA_VIDEO] = &video_media_ops,
};


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
			err = media_alloc(&leg->media[i], leg, i);
			if (err)
				return err;
			leg->media_count = i + 1;
		}

		err = media_configure(leg->media[i],
				      &leg->transports[md->transport], md,
				      kinds[md->kind]);
		if (err) {
			snprintf(why, DESCRIPTION_WHY_BYTES, "media %zu", i);
			return err;
		}
	}

	for (size_t i = 0; i < leg->transport_count; i++)
		relearn(&leg->transports[i]);

	leg_look_changed(leg);

	return 0;
}


void leg_follow_settings(struct leg *leg, const struct leg_settings *settings)
{
	bool begins = leg->settings.early && !settings->early;

	leg->settings = *settings;
	for (size_t i = 0; i < leg->media_count; i++) {
		if (audio_media_of(leg->media[i]))
			audio_media_volume(audio_media_of(leg->media[i]));
	}

	leg_look_changed(leg);
	/* what runs there began before it was shown any of it */
	if (begins)
		leg_keyframe(leg, true);
}


void leg_want_keyframe(struct leg *leg)
{
	leg_keyframe(leg, true);
}


void leg_attend(struct leg *leg, bool attended)
{
	if (attended && !leg->attended && leg_audio(leg))
		audio_media_reset(leg_audio(leg));

	leg->attended = attended;
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


static bool received_lately(const struct leg_transport *lt, uint64_t now_us,
			    uint64_t limit_us)
{
	uint64_t received_us = transport_received_us(lt->t);

	if (received_us < lt->since_us)
		received_us = lt->since_us;

	return now_us < received_us + limit_us;
}


static void watch(struct leg *leg, uint64_t now_us)
{
	uint64_t limit_us = leg->host->media_timeout_s * 1000000ull;
	bool waiting = false;

	if (!limit_us)
		return;

	for (size_t i = 0; i < leg->transport_count; i++) {
		struct leg_transport *lt = &leg->transports[i];

		if (!lt->since_us)
			continue;

		/* after a hold, and once it is answered, it has the whole
		 * time again */
		if (leg->settings.early || !expects(lt)) {
			lt->since_us = now_us;
			continue;
		}

		waiting = true;
		if (received_lately(lt, now_us, limit_us)) {
			leg->timed_out = false;
			return;
		}
	}

	if (!waiting || leg->timed_out)
		return;

	leg->timed_out = true;
	report_state(leg, "timeout", "nothing received");
}


static void tick_media(struct media *m, uint64_t now_us)
{
	media_tick(m, now_us);
	if (m->lt)
		feedback_tick(m, now_us);
}


void leg_tick(struct leg *leg, uint64_t now_us)
{
	for (size_t i = 0; i < leg->media_count; i++)
		tick_media(leg->media[i], now_us);

	watch(leg, now_us);
}


void leg_bye(struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++)
		feedback_bye(leg->media[i]);
}


/* --------------------------------------------------------------- views */

uint64_t leg_id(const struct leg *leg)
{
	return leg->id;
}


const char *leg_cname(const struct leg *leg)
{
	return leg->cname;
}


const struct leg_settings *leg_settings(const struct leg *leg)
{
	return &leg->settings;
}


size_t leg_transport_count(const struct leg *leg)
{
	return leg->transport_count;
}


size_t leg_media_count(const struct leg *leg)
{
	return leg->media_count;
}


const struct transport *leg_transport(const struct leg *leg, size_t i)
{
	return leg->transports[i].t;
}


const struct media *leg_media(const struct leg *leg, size_t i)
{
	return leg->media[i];
}


struct audio_media *leg_audio(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		struct audio_media *a = audio_media_of(leg->media[i]);

		if (a)
			return a;
	}

	return NULL;
}


struct video_media *leg_video(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		struct video_media *v = video_media_of(leg->media[i]);

		if (v)
			return v;
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
