/**
 * @file mixer/mp/leg_description.c  The table of a leg's members
 */
#include <errno.h>
#include <string.h>
#include "mixer/mp/leg_description.h"

#define OF(s, member)   offsetof(struct s, member)
#define SIZE(s, member) sizeof(((struct s *)0)->member)

#define FLAG(name_, s, member, ...)                                           \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_BOOL,                       \
		.offset = OF(s, member), __VA_ARGS__                          \
	}
#define NUMBER(name_, s, member, min_, max_, ...)                             \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_NUMBER,                     \
		.offset = OF(s, member), .size = SIZE(s, member),             \
		.min = (min_), .max = (max_), __VA_ARGS__                     \
	}
#define TEXT(name_, s, member, ...)                                           \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_TEXT,                       \
		.offset = OF(s, member), .size = SIZE(s, member), __VA_ARGS__ \
	}
#define WORD(name_, s, member, words_, ...)                                   \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_WORD,                       \
		.offset = OF(s, member), .words = (words_), __VA_ARGS__       \
	}
#define SOCKET(name_, s, member, type_, ...)                                  \
	{                                                                     \
		.name = (name_), .type = (type_), .offset = OF(s, member),    \
		__VA_ARGS__                                                   \
	}
#define OBJECT(name_, rows_, ...)                                             \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_OBJECT, .rows = (rows_),    \
		__VA_ARGS__                                                   \
	}
#define LIST(name_, s, member, count, rows_, ...)                             \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_LIST,                       \
		.offset = OF(s, member),                                      \
		.size = sizeof(((struct s *)0)->member[0]),                   \
		.max = sizeof(((struct s *)0)->member) /                      \
		       sizeof(((struct s *)0)->member[0]),                    \
		.count_offset = OF(s, count), .rows = (rows_), __VA_ARGS__    \
	}
#define ALPHANUMERIC                                                          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define END                                                                   \
	{                                                                     \
		.name = NULL                                                  \
	}


/** The largest picture of who does not say */
enum { PICTURE_WIDTH = 1280, PICTURE_HEIGHT = 720, PICTURE_FPS = 25 };

static const char *const transport_words[] = {"plain", "webrtc", NULL};
const char *const media_kind_words[] = {"audio", "video", NULL};
static const char *const role_words[] = {"", "client", "server", NULL};
static const char *const suite_words[] = {
	"",
	"AES_CM_128_HMAC_SHA1_80",
	"AES_CM_128_HMAC_SHA1_32",
	"AEAD_AES_128_GCM",
	"AEAD_AES_256_GCM",
	NULL,
};


/* ------------------------------------------------------------ T and LT */

static bool knows_ice(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_WEBRTC && t->known;
}


static bool has_dtls(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_PLAIN ? t->dtls : t->known;
}


static bool knows_address(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_PLAIN && t->known;
}


static bool has_keys(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_PLAIN && t->suite;
}


static const struct json_row fingerprint_rows[] = {
	TEXT("hash", mp_fingerprint, hash, .flags = JSON_ROW_REQUIRED),
	TEXT("value", mp_fingerprint, value, .flags = JSON_ROW_REQUIRED),
	END,
};

static const struct json_row ice_rows[] = {
	TEXT("ufrag", transport_description, ice_ufrag),
	TEXT("pwd", transport_description, ice_pwd),
	END,
};

static const struct json_row dtls_rows[] = {
	WORD("role", transport_description, dtls_role, role_words),
	LIST("fingerprints", transport_description, fingerprints,
	     fingerprint_count, fingerprint_rows),
	END,
};

static const struct json_row sdes_rows[] = {
	WORD("suite", transport_description, suite, suite_words,
	     .flags = JSON_ROW_REQUIRED),
	TEXT("remote_key", transport_description, sdes_key,
	     .flags = JSON_ROW_SPARE),
	END,
};

static const struct json_row transport_rows[] = {
	WORD("kind", transport_description, kind, transport_words,
	     .flags = JSON_ROW_REQUIRED),
	SOCKET("near", transport_description, near, JSON_ROW_HOST,
	       .flags = JSON_ROW_SPARE),
	OBJECT("ice", ice_rows, .written = knows_ice),
	OBJECT("dtls", dtls_rows, .written = has_dtls),
	SOCKET("remote", transport_description, rtp, JSON_ROW_ADDRESS,
	       .written = knows_address, .flags = JSON_ROW_SPARE),
	SOCKET("remote_rtcp", transport_description, rtcp, JSON_ROW_ADDRESS,
	       .written = knows_address, .flags = JSON_ROW_SPARE),
	FLAG("rtcp_mux", transport_description, rtcp_mux,
	     .written = knows_address),
	OBJECT("sdes", sdes_rows, .written = has_keys),
	END,
};


static bool local_is_webrtc(const void *of)
{
	const struct local_transport *t = of;

	return t->kind == MP_WEBRTC;
}


static bool local_has_dtls(const void *of)
{
	const struct local_transport *t = of;

	return t->kind == MP_WEBRTC || t->fingerprint.hash[0];
}


static bool local_is_plain(const void *of)
{
	return !local_is_webrtc(of);
}


static bool local_has_keys(const void *of)
{
	const struct local_transport *t = of;

	return t->kind == MP_PLAIN && t->sdes_key[0];
}


/* The mixer's side goes into our SDP, where no other characters may stand
 * (RFC 8839 section 5.4, RFC 8122 section 5, RFC 4568 section 9.2) */
static const struct json_row local_ice_rows[] = {
	TEXT("ufrag", local_transport, ice_ufrag,
	     .characters = ALPHANUMERIC "+/"),
	TEXT("pwd", local_transport, ice_pwd, .characters = ALPHANUMERIC "+/"),
	END,
};

static const struct json_row local_fingerprint_rows[] = {
	TEXT("hash", local_transport, fingerprint.hash,
	     .characters = ALPHANUMERIC "-"),
	TEXT("value", local_transport, fingerprint.value,
	     .characters = "0123456789ABCDEFabcdef:"),
	END,
};

static const struct json_row candidate_rows[] = {
	SOCKET("address", local_candidate, addr, JSON_ROW_HOST,
	       .flags = JSON_ROW_REQUIRED | JSON_ROW_UNICAST),
	SOCKET("port", local_candidate, addr, JSON_ROW_PORT,
	       .flags = JSON_ROW_REQUIRED),
	NUMBER("priority", local_candidate, priority, 0, UINT32_MAX),
	END,
};

static const struct json_row local_sdes_rows[] = {
	WORD("suite", local_transport, suite, suite_words),
	TEXT("local_key", local_transport, sdes_key,
	     .characters = ALPHANUMERIC "+/="),
	END,
};

static const struct json_row local_transport_rows[] = {
	WORD("kind", local_transport, kind, transport_words,
	     .flags = JSON_ROW_REQUIRED),
	OBJECT("ice", local_ice_rows, .written = local_is_webrtc),
	OBJECT("fingerprint", local_fingerprint_rows,
	       .written = local_has_dtls),
	LIST("candidates", local_transport, candidates, candidate_count,
	     candidate_rows, .written = local_is_webrtc),
	SOCKET("address", local_transport, rtp, JSON_ROW_HOST,
	       .written = local_is_plain, .flags = JSON_ROW_UNICAST),
	SOCKET("port", local_transport, rtp, JSON_ROW_PORT,
	       .written = local_is_plain),
	NUMBER("rtcp_port", local_transport, rtcp_port, 0, 65535,
	       .written = local_is_plain),
	OBJECT("sdes", local_sdes_rows, .written = local_has_keys),
	END,
};


/* ------------------------------------------------------------------- C */

static bool is_opus(const void *of)
{
	const struct codec_description *c = of;

	return !str_casecmp(c->name, "opus");
}


static bool is_amr(const void *of)
{
	const struct codec_description *c = of;

	return !str_casecmp(c->name, "AMR") || !str_casecmp(c->name, "AMR-WB");
}


static bool is_h264(const void *of)
{
	const struct codec_description *c = of;

	return !str_casecmp(c->name, "H264");
}


static const struct json_row codec_rows[] = {
	TEXT("name", codec_description, name, .flags = JSON_ROW_REQUIRED),
	NUMBER("pt", codec_description, pt, 0, 127,
	       .flags = JSON_ROW_REQUIRED),
	NUMBER("clock", codec_description, clock_hz, 0, 1000000),

	NUMBER("channels", codec_description, channels, 0, 255,
	       .written = is_opus),
	FLAG("fec", codec_description, fec, .written = is_opus),
	FLAG("dtx", codec_description, dtx, .written = is_opus),
	FLAG("stereo", codec_description, stereo, .written = is_opus),
	NUMBER("max_bitrate", codec_description, max_bitrate, 0, 510000,
	       .written = is_opus, .flags = JSON_ROW_SPARE),
	NUMBER("max_playback_rate", codec_description, max_playback_rate, 0,
	       48000, .written = is_opus, .flags = JSON_ROW_SPARE),

	FLAG("octet_align", codec_description, octet_align, .written = is_amr),
	{.name = "mode_set",
	 .type = JSON_ROW_BITS,
	 .offset = OF(codec_description, mode_set),
	 .max = 15,
	 .written = is_amr,
	 .flags = JSON_ROW_SPARE},
	NUMBER("mode_change_period", codec_description, mode_change_period, 1,
	       2, .fallback = 1, .written = is_amr),
	FLAG("mode_change_neighbor", codec_description, mode_change_neighbor,
	     .written = is_amr),

	NUMBER("packetization_mode", codec_description, packetization_mode, 0,
	       1, .written = is_h264),
	TEXT("profile_level_id", codec_description, profile_level_id,
	     .written = is_h264),
	NUMBER("max_mbps", codec_description, max_mbps, 0, 100000000,
	       .written = is_h264, .flags = JSON_ROW_SPARE),
	NUMBER("max_fs", codec_description, max_fs, 0, 1000000,
	       .written = is_h264, .flags = JSON_ROW_SPARE),
	TEXT("sprop", codec_description, sprop, .written = is_h264,
	     .flags = JSON_ROW_SPARE),
	END,
};


/* ------------------------------------------------------------ M and LM */

static bool is_audio(const void *of)
{
	const struct media_description *m = of;

	return m->kind == MEDIA_AUDIO;
}


static bool is_video(const void *of)
{
	return !is_audio(of);
}


static const struct json_row rtx_rows[] = {
	NUMBER("pt", rtx_description, pt, 0, 127, .flags = JSON_ROW_REQUIRED),
	NUMBER("apt", rtx_description, apt, 0, 127,
	       .flags = JSON_ROW_REQUIRED),
	END,
};

static const struct json_row event_rows[] = {
	NUMBER("pt", event_description, pt, 0, 127,
	       .flags = JSON_ROW_REQUIRED),
	NUMBER("clock", event_description, clock_hz, 1000, 192000,
	       .fallback = 8000),
	END,
};

static const struct json_row extension_rows[] = {
	NUMBER("audio_level", media_description, audio_level_id, 0, 255),
	NUMBER("mid", media_description, mid_id, 0, 255),
	NUMBER("abs_send_time", media_description, abs_send_time_id, 0, 255),
	NUMBER("colour_space", media_description, colour_space_id, 0, 255),
	END,
};

static const struct json_row feedback_rows[] = {
	FLAG("nack", media_description, nack),
	FLAG("pli", media_description, pli),
	FLAG("fir", media_description, fir),
	FLAG("remb", media_description, remb),
	END,
};

static const struct json_row media_rows[] = {
	WORD("kind", media_description, kind, media_kind_words,
	     .flags = JSON_ROW_REQUIRED),
	NUMBER("transport", media_description, transport, 0, MP_MEDIA_MAX - 1),
	TEXT("mid", media_description, mid),
	FLAG("off", media_description, off),
	FLAG("send", media_description, send),
	FLAG("recv", media_description, recv),
	LIST("codecs", media_description, codecs, codec_count, codec_rows),
	LIST("rtx", media_description, rtx, rtx_count, rtx_rows),
	LIST("events", media_description, events, event_count, event_rows),
	NUMBER("cn_pt", media_description, cn_pt, -1, 127, .fallback = -1,
	       .flags = JSON_ROW_SPARE),
	OBJECT("extensions", extension_rows),
	OBJECT("feedback", feedback_rows),
	NUMBER("ptime", media_description, ptime_ms, 0, 200, .fallback = 20,
	       .written = is_audio),
	{.name = "ssrcs",
	 .type = JSON_ROW_NUMBERS,
	 .offset = OF(media_description, ssrcs),
	 .max = DESCRIPTION_SSRCS_MAX,
	 .count_offset = OF(media_description, ssrc_count)},
	NUMBER("kbps", media_description, kbps, 0, 10000000),
	NUMBER("width", media_description, width, 0, 8192,
	       .fallback = PICTURE_WIDTH, .written = is_video),
	NUMBER("height", media_description, height, 0, 8192,
	       .fallback = PICTURE_HEIGHT, .written = is_video),
	NUMBER("fps", media_description, fps, 0, 120, .fallback = PICTURE_FPS,
	       .written = is_video),
	END,
};

static const struct json_row local_media_rows[] = {
	NUMBER("ssrc", local_media, ssrc, 0, UINT32_MAX),
	NUMBER("rtx_ssrc", local_media, rtx_ssrc, 0, UINT32_MAX),
	TEXT("cname", local_media, cname),
	END,
};


/* -------------------------------------------------------------- checks */

const char *mp_suite_name(enum mp_suite suite)
{
	return suite_words[suite];
}


enum mp_suite mp_suite_by_name(const char *name)
{
	for (int i = 0; suite_words[i]; i++) {
		if (!strcmp(suite_words[i], name))
			return (enum mp_suite)i;
	}

	return MP_SUITE_NONE;
}


const char *media_kind_name(enum media_kind kind)
{
	return media_kind_words[kind];
}


/** Who is to be known by a certificate says which, and whose turn it is */
static int dtls_check(const struct transport_description *t, char *why)
{
	if (t->dtls_role == MP_DTLS_UNKNOWN)
		return json_table_refuse(why,
					 "dtls: role is client or server");
	if (!t->fingerprint_count)
		return json_table_refuse(why, "fingerprints: none");

	return 0;
}


/** What only several members together say */
static int transport_check(struct transport_description *t, const json_t *o,
			   char *why)
{
	if (t->kind == MP_PLAIN) {
		t->known = sa_isset(&t->rtp, SA_ALL);
		t->dtls = json_object_get(o, "dtls") != NULL;
		if (t->dtls && t->suite)
			return json_table_refuse(why, "sdes beside dtls");
		if (t->dtls && t->known)
			return dtls_check(t, why);

		/* A known far end without a key would be plain RTP by
		 * accident. */
		if (t->known && t->suite && !t->sdes_key[0])
			return json_table_refuse(
				why, "sdes: remote_key is missing");
		return 0;
	}

	if (!json_object_get(o, "ice"))
		return 0;

	/* RFC 8445 section 5.3 */
	if (strlen(t->ice_ufrag) < 4 || strlen(t->ice_pwd) < 22)
		return json_table_refuse(why, "ice: ufrag or pwd too short");

	t->known = true;

	return dtls_check(t, why);
}


static int media_check(struct media_description *m, size_t transports,
		       char *why)
{
	if (m->off)
		return 0;
	if (m->transport >= transports)
		return json_table_refuse(why, "transport: no such index");
	if (!m->codec_count)
		return json_table_refuse(why, "codecs: none");

	/* 0 is "not said" as well */
	if (!m->width || !m->height) {
		m->width = PICTURE_WIDTH;
		m->height = PICTURE_HEIGHT;
	}
	if (!m->fps)
		m->fps = PICTURE_FPS;

	return 0;
}


/* ---------------------------------------------------------- the objects */

/** Two arrays behind one object, all in one piece */
static void *pair_alloc(size_t head, size_t first, size_t second)
{
	return mem_zalloc(head + first + second, NULL);
}


int leg_description_alloc(struct leg_description **dp, size_t transports,
			  size_t media)
{
	struct leg_description *d;

	if (!dp || transports > MP_MEDIA_MAX || media > MP_MEDIA_MAX)
		return EINVAL;

	d = pair_alloc(sizeof(*d), transports * sizeof(*d->transports),
		       media * sizeof(*d->media));
	if (!d)
		return ENOMEM;

	d->transports = (void *)(d + 1);
	d->transport_count = transports;
	d->media = (void *)(d->transports + transports);
	d->media_count = media;
	*dp = d;

	return 0;
}


int leg_local_alloc(struct leg_local **lp, size_t transports, size_t media)
{
	struct leg_local *l;

	if (!lp || transports > MP_MEDIA_MAX || media > MP_MEDIA_MAX)
		return EINVAL;

	l = pair_alloc(sizeof(*l), transports * sizeof(*l->transports),
		       media * sizeof(*l->media));
	if (!l)
		return ENOMEM;

	l->transports = (void *)(l + 1);
	l->transport_count = transports;
	l->media = (void *)(l->transports + transports);
	l->media_count = media;
	*lp = l;

	return 0;
}


/** The two arrays of a message */
static int arrays_get(const json_t *msg, const json_t **transports,
		      const json_t **media, char *why)
{
	*transports = json_object_get(msg, "transports");
	*media = json_object_get(msg, "media");
	if (!json_is_array(*transports) || !json_is_array(*media))
		return json_table_refuse(
			why, "transports and media must be arrays");

	if (json_array_size(*transports) > MP_MEDIA_MAX ||
	    json_array_size(*media) > MP_MEDIA_MAX)
		return json_table_refuse(
			why, "more than %d transports or media", MP_MEDIA_MAX);

	return 0;
}


static int entries_read(struct leg_description *d, const json_t *transports,
			const json_t *media, char *why)
{
	int err = 0;

	for (size_t i = 0; i < d->transport_count && !err; i++) {
		const json_t *o = json_array_get(transports, i);

		err = json_table_read(transport_rows, &d->transports[i], o,
				      why);
		if (!err)
			err = transport_check(&d->transports[i], o, why);
	}

	for (size_t i = 0; i < d->media_count && !err; i++) {
		err = json_table_read(media_rows, &d->media[i],
				      json_array_get(media, i), why);
		if (!err)
			err = media_check(&d->media[i], d->transport_count,
					  why);
	}

	return err;
}


int leg_description_read(struct leg_description **dp, const json_t *msg,
			 char why[DESCRIPTION_WHY_BYTES])
{
	const json_t *transports, *media;
	struct leg_description *d;
	int err = arrays_get(msg, &transports, &media, why);

	if (!err)
		err = leg_description_alloc(&d, json_array_size(transports),
					    json_array_size(media));
	if (err)
		return err;

	err = entries_read(d, transports, media, why);
	if (err)
		mem_deref(d);
	else
		*dp = d;

	return err;
}


int leg_local_read(struct leg_local **lp, const json_t *msg,
		   char why[DESCRIPTION_WHY_BYTES])
{
	const json_t *transports, *media;
	struct leg_local *l;
	int err = arrays_get(msg, &transports, &media, why);

	if (!err)
		err = leg_local_alloc(&l, json_array_size(transports),
				      json_array_size(media));
	if (err)
		return err;

	for (size_t i = 0; i < l->transport_count && !err; i++)
		err = json_table_read(local_transport_rows, &l->transports[i],
				      json_array_get(transports, i), why);
	for (size_t i = 0; i < l->media_count && !err; i++)
		err = json_table_read(local_media_rows, &l->media[i],
				      json_array_get(media, i), why);

	if (err)
		mem_deref(l);
	else
		*lp = l;

	return err;
}


static int entries_write(json_t *msg, const char *name,
			 const struct json_row *rows, const void *entries,
			 size_t count, size_t size)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		json_t *o = json_object();

		err = json_table_write(rows,
				       (const uint8_t *)entries + i * size, o);
		if (json_array_append_new(list, o))
			err = ENOMEM;
	}

	if (json_object_set_new(msg, name, list))
		err = ENOMEM;

	return err;
}


int leg_description_write(const struct leg_description *d, json_t *msg)
{
	int err;

	err = entries_write(msg, "transports", transport_rows, d->transports,
			    d->transport_count, sizeof(*d->transports));
	if (!err)
		err = entries_write(msg, "media", media_rows, d->media,
				    d->media_count, sizeof(*d->media));

	return err;
}


int leg_local_write(const struct leg_local *l, json_t *msg)
{
	int err;

	err = entries_write(msg, "transports", local_transport_rows,
			    l->transports, l->transport_count,
			    sizeof(*l->transports));
	if (!err)
		err = entries_write(msg, "media", local_media_rows, l->media,
				    l->media_count, sizeof(*l->media));

	return err;
}
