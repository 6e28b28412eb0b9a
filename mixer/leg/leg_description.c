/**
 * @file mixer/leg/leg_description.c  The reader of transports and media sections
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg_codec.h"
#include "mixer/leg/leg_description.h"


static int leg_description_refuse(char *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));


static int leg_description_refuse(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, DESCRIPTION_WHY_BYTES, fmt, ap);
	va_end(ap);

	return EINVAL;
}


int description_bool(const json_t *o, const char *key, bool *v, char *why)
{
	const json_t *j = json_object_get(o, key);

	if (!j)
		return 0;

	if (!json_is_boolean(j))
		return leg_description_refuse(why, "%s: not a boolean", key);

	*v = json_is_true(j);

	return 0;
}


int description_number(const json_t *o, const char *key, int64_t min,
		       int64_t max, int64_t *v, char *why)
{
	const json_t *j = json_object_get(o, key);
	json_int_t n;

	if (!j)
		return 0;

	n = json_integer_value(j);
	if (!json_is_integer(j) || n < min || n > max)
		return leg_description_refuse(
			why, "%s: not a number from %lld to %lld", key,
			(long long)min, (long long)max);

	*v = n;

	return 0;
}


int description_string(const json_t *o, const char *key, char *dst,
		       size_t size, char *why)
{
	const json_t *j = json_object_get(o, key);

	if (!j)
		return 0;

	if (!json_is_string(j) || json_string_length(j) >= size ||
	    strlen(json_string_value(j)) != json_string_length(j))
		return leg_description_refuse(
			why, "%s: not a string of under %zu bytes", key, size);

	memcpy(dst, json_string_value(j), json_string_length(j) + 1);

	return 0;
}


/* "192.0.2.1:5004", "[2001:db8::1]:5004"; port may lack when !need_port */
static int read_address(const json_t *o, const char *key, struct sa *sa,
			bool need_port, char *why)
{
	char text[64] = "";
	int err;

	sa_init(sa, AF_UNSPEC);
	err = description_string(o, key, text, sizeof(text), why);
	if (err || !text[0])
		return err;

	if (need_port)
		err = sa_decode(sa, text, strlen(text));
	else
		err = sa_set_str(sa, text, 0);

	if (err || (need_port && !sa_port(sa)))
		return leg_description_refuse(why, "%s: not an address", key);

	return 0;
}


static int read_fingerprints(struct transport_description *t,
			     const json_t *list, char *why)
{
	const json_t *f;
	size_t i;
	int err = 0;

	json_array_foreach (list, i, f) {
		struct transport_fingerprint *fp =
			&t->fingerprints[t->fingerprint_count];

		if (t->fingerprint_count == TRANSPORT_FINGERPRINT_MAX)
			break;

		err = description_string(f, "hash", fp->hash, sizeof(fp->hash),
					 why);
		if (!err)
			err = description_string(f, "value", fp->value,
						 sizeof(fp->value), why);
		if (err)
			return err;

		if (!fp->hash[0] || !fp->value[0])
			return leg_description_refuse(
				why, "fingerprints: hash and value");

		t->fingerprint_count++;
	}

	return t->fingerprint_count
		       ? 0
		       : leg_description_refuse(why, "fingerprints: none");
}


static int read_webrtc(struct transport_description *t, const json_t *o,
		       char *why)
{
	const json_t *ice = json_object_get(o, "ice");
	const json_t *dtls = json_object_get(o, "dtls");
	char role[8] = "";
	int err;

	if (!ice)
		return 0;

	err = description_string(ice, "ufrag", t->ice_ufrag,
				 sizeof(t->ice_ufrag), why);
	if (!err)
		err = description_string(ice, "pwd", t->ice_pwd,
					 sizeof(t->ice_pwd), why);
	if (!err)
		err = description_string(dtls, "role", role, sizeof(role),
					 why);
	if (err)
		return err;

	/* RFC 8445 section 5.3 */
	if (strlen(t->ice_ufrag) < 4 || strlen(t->ice_pwd) < 22)
		return leg_description_refuse(why,
					      "ice: ufrag or pwd too short");

	if (!strcmp(role, "client"))
		t->dtls_role = DTLS_ROLE_CLIENT;
	else if (!strcmp(role, "server"))
		t->dtls_role = DTLS_ROLE_SERVER;
	else
		return leg_description_refuse(
			why, "dtls: role is client or server");

	t->known = true;

	return read_fingerprints(t, json_object_get(dtls, "fingerprints"),
				 why);
}


static int read_plain(struct transport_description *t, const json_t *o,
		      char *why)
{
	const json_t *sdes = json_object_get(o, "sdes");
	char suite[40] = "";
	int err;

	err = read_address(o, "remote", &t->rtp, true, why);
	if (!err)
		err = read_address(o, "remote_rtcp", &t->rtcp, true, why);
	if (!err)
		err = description_bool(o, "rtcp_mux", &t->rtcp_mux, why);
	if (err)
		return err;

	t->known = sa_isset(&t->rtp, SA_ALL);
	if (!sdes)
		return 0;

	err = description_string(sdes, "suite", suite, sizeof(suite), why);
	if (!err)
		err = description_string(sdes, "remote_key", t->sdes_key,
					 sizeof(t->sdes_key), why);
	if (err)
		return err;

	t->suite = transport_suite_by_name(suite);
	if (t->suite == TRANSPORT_SUITE_NONE)
		return leg_description_refuse(why, "sdes: unknown suite");

	/* A known far end without a key would be plain RTP by accident. */
	if (t->known && !t->sdes_key[0])
		return leg_description_refuse(why,
					      "sdes: remote_key is missing");

	return 0;
}


static int read_transport(struct transport_description *t, const json_t *o,
			  char *why)
{
	char kind[8] = "";
	int err;

	err = description_string(o, "kind", kind, sizeof(kind), why);
	if (!err)
		err = read_address(o, "near", &t->near, false, why);
	if (err)
		return err;

	if (!strcmp(kind, "webrtc")) {
		t->kind = TRANSPORT_WEBRTC;
		return read_webrtc(t, o, why);
	}

	if (!strcmp(kind, "plain")) {
		t->kind = TRANSPORT_PLAIN;
		return read_plain(t, o, why);
	}

	return leg_description_refuse(why,
				      "transport: kind is webrtc or plain");
}


static int read_extensions(struct media_description *m, const json_t *o,
			   char *why)
{
	int64_t level = 0, mid = 0, abs = 0;
	int err;

	err = description_number(o, "audio_level", 0, 255, &level, why);
	if (!err)
		err = description_number(o, "mid", 0, 255, &mid, why);
	if (!err)
		err = description_number(o, "abs_send_time", 0, 255, &abs,
					 why);

	m->audio_level_id = (uint8_t)level;
	m->mid_id = (uint8_t)mid;
	m->abs_send_time_id = (uint8_t)abs;

	return err;
}


static int read_feedback(struct media_description *m, const json_t *o,
			 char *why)
{
	int err;

	err = description_bool(o, "nack", &m->nack, why);
	if (!err)
		err = description_bool(o, "pli", &m->pli, why);
	if (!err)
		err = description_bool(o, "fir", &m->fir, why);
	if (!err)
		err = description_bool(o, "remb", &m->remb, why);

	return err;
}


static int read_rtx(struct media_description *m, const json_t *list, char *why)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		int64_t pt = -1, apt = -1;
		int err;

		if (m->rtx_count == DESCRIPTION_RTX_MAX)
			break;

		err = description_number(o, "pt", 0, 127, &pt, why);
		if (!err)
			err = description_number(o, "apt", 0, 127, &apt, why);
		if (err)
			return err;

		if (pt < 0 || apt < 0)
			return leg_description_refuse(why, "rtx: pt and apt");

		m->rtx[m->rtx_count].pt = (uint8_t)pt;
		m->rtx[m->rtx_count++].apt = (uint8_t)apt;
	}

	return 0;
}


static int read_events(struct media_description *m, const json_t *list,
		       char *why)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		int64_t pt = -1, clock = 8000;
		int err;

		if (m->event_count == DESCRIPTION_EVENTS_MAX)
			break;

		err = description_number(o, "pt", 0, 127, &pt, why);
		if (!err)
			err = description_number(o, "clock", 1000, 192000,
						 &clock, why);
		if (err)
			return err;

		if (pt < 0)
			return leg_description_refuse(why,
						      "events: pt is missing");

		m->events[m->event_count].pt = (uint8_t)pt;
		m->events[m->event_count++].clock_hz = (uint32_t)clock;
	}

	return 0;
}


static int read_ssrcs(struct media_description *m, const json_t *list,
		      char *why)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		json_int_t n = json_integer_value(o);

		if (!json_is_integer(o) || n < 0 || n > UINT32_MAX)
			return leg_description_refuse(
				why, "ssrcs: not 32-bit numbers");

		if (m->ssrc_count < DESCRIPTION_SSRCS_MAX)
			m->ssrcs[m->ssrc_count++] = (uint32_t)n;
	}

	return 0;
}


static int read_numbers(struct media_description *m, const json_t *o,
			int64_t *ptime, char *why)
{
	int64_t cn = -1, kbps = 0, width = 1280, height = 720, fps = 25;
	int err;

	err = description_number(o, "cn_pt", -1, 127, &cn, why);
	if (!err)
		err = description_number(o, "kbps", 0, 1000000, &kbps, why);
	if (!err)
		err = description_number(o, "width", 0, 8192, &width, why);
	if (!err)
		err = description_number(o, "height", 0, 8192, &height, why);
	if (!err)
		err = description_number(o, "fps", 0, 120, &fps, why);
	if (!err)
		err = description_number(o, "ptime", 0, 200, ptime, why);

	m->cn_pt = (int)cn;
	m->kbps = (unsigned)kbps;
	m->width = width ? (unsigned)width : 1280;
	m->height = height ? (unsigned)height : 720;
	m->fps = fps ? (unsigned)fps : 25;

	return err;
}


static int read_lists(struct media_description *m, const json_t *o,
		      uint32_t ptime_ms, char *why)
{
	int err;

	err = codec_list_parse(m, json_object_get(o, "codecs"), ptime_ms, why);
	if (!err)
		err = read_rtx(m, json_object_get(o, "rtx"), why);
	if (!err)
		err = read_events(m, json_object_get(o, "events"), why);
	if (!err)
		err = read_ssrcs(m, json_object_get(o, "ssrcs"), why);
	if (!err)
		err = read_extensions(m, json_object_get(o, "extensions"),
				      why);
	if (!err)
		err = read_feedback(m, json_object_get(o, "feedback"), why);

	return err;
}


static int read_media(struct media_description *m, const json_t *o,
		      size_t transports, char *why)
{
	int64_t transport = 0, ptime = 20;
	char kind[8] = "";
	int err;

	err = description_string(o, "kind", kind, sizeof(kind), why);
	if (err)
		return err;

	if (!strcmp(kind, "audio"))
		m->kind = MEDIA_AUDIO;
	else if (!strcmp(kind, "video"))
		m->kind = MEDIA_VIDEO;
	else
		return leg_description_refuse(why,
					      "media: kind is audio or video");

	err = description_bool(o, "off", &m->off, why);
	if (err || m->off)
		return err;

	err = description_number(o, "transport", 0, MP_MEDIA_MAX - 1,
				 &transport, why);
	if (!err && (size_t)transport >= transports)
		err = leg_description_refuse(why, "transport: no such index");
	if (!err)
		err = description_string(o, "mid", m->mid, sizeof(m->mid),
					 why);
	if (!err)
		err = description_bool(o, "send", &m->send, why);
	if (!err)
		err = description_bool(o, "recv", &m->recv, why);
	if (!err)
		err = read_numbers(m, o, &ptime, why);
	if (err)
		return err;

	m->transport = (size_t)transport;

	/* what is sent is whole ticks: 20, 40 or 60 ms */
	ptime = ptime <= 20 ? 20 : ptime < 60 ? 40 : 60;

	return read_lists(m, o, (uint32_t)ptime, why);
}


int leg_description_parse(struct leg_description *d, const json_t *msg,
			  char why[DESCRIPTION_WHY_BYTES])
{
	const json_t *transports = json_object_get(msg, "transports");
	const json_t *media = json_object_get(msg, "media");
	const json_t *o;
	size_t i;
	int err;

	memset(d, 0, sizeof(*d));
	if (!json_is_array(transports) || !json_is_array(media))
		return leg_description_refuse(
			why, "transports and media must be arrays");

	if (json_array_size(transports) > MP_MEDIA_MAX ||
	    json_array_size(media) > MP_MEDIA_MAX)
		return leg_description_refuse(
			why, "more than %d transports or media", MP_MEDIA_MAX);

	json_array_foreach (transports, i, o) {
		err = read_transport(&d->transports[d->transport_count++], o,
				     why);
		if (err)
			return err;
	}

	json_array_foreach (media, i, o) {
		err = read_media(&d->media[d->media_count++], o,
				 d->transport_count, why);
		if (err)
			return err;
	}

	return 0;
}
