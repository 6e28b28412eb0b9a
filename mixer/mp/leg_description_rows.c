/**
 * @file mixer/mp/leg_description_rows.c  The table of a leg's members
 */
#include <string.h>
#include "mixer/mp/leg_description.h"
#include "mixer/mp/mp_private.h"

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
#define NUMBERS(name_, s, member, count, ...)                                 \
	{                                                                     \
		.name = (name_), .type = JSON_ROW_NUMBERS,                    \
		.offset = OF(s, member),                                      \
		.max = sizeof(((struct s *)0)->member) / sizeof(uint32_t),    \
		.count_offset = OF(s, count), __VA_ARGS__                     \
	}
#define ALPHANUMERIC                                                          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define END                                                                   \
	{                                                                     \
		.name = NULL                                                  \
	}


static const char *const transport_words[] = {"plain", "webrtc", "relay",
					      NULL};
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

	return t->kind != MP_PLAIN && t->known;
}


static bool has_dtls(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_PLAIN ? t->dtls
				   : t->kind == MP_WEBRTC && t->known;
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


static bool is_relay(const void *of)
{
	const struct transport_description *t = of;

	return t->kind == MP_RELAY;
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

/** An offer of ours leaves it to the far end */
static bool has_role(const void *of)
{
	const struct transport_description *t = of;

	return t->dtls_role != MP_DTLS_UNKNOWN;
}


static const struct json_row dtls_rows[] = {
	WORD("role", transport_description, dtls_role, role_words,
	     .written = has_role),
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

const struct json_row leg_transport_rows[] = {
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
	NUMBER("relay", transport_description, relay, 0, UINT32_MAX,
	       .written = is_relay),
	NUMBERS("sound", transport_description, sound, sound_count,
		.written = is_relay),
	NUMBERS("picture", transport_description, picture, picture_count,
		.written = is_relay),
	NUMBER("kbps", transport_description, kbps, 0, 10000000,
	       .written = is_relay),
	FLAG("no_data", transport_description, no_data, .written = is_relay),
	END,
};


static bool local_has_ice(const void *of)
{
	const struct local_transport *t = of;

	return t->kind != MP_PLAIN;
}


static bool local_has_dtls(const void *of)
{
	const struct local_transport *t = of;

	return t->kind == MP_WEBRTC || t->fingerprint.hash[0];
}


static bool local_is_plain(const void *of)
{
	return !local_has_ice(of);
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
	FLAG("tcp", local_candidate, tcp),
	END,
};

static const struct json_row local_sdes_rows[] = {
	WORD("suite", local_transport, suite, suite_words),
	TEXT("local_key", local_transport, sdes_key,
	     .characters = ALPHANUMERIC "+/="),
	END,
};

const struct json_row leg_local_transport_rows[] = {
	WORD("kind", local_transport, kind, transport_words,
	     .flags = JSON_ROW_REQUIRED),
	OBJECT("ice", local_ice_rows, .written = local_has_ice),
	OBJECT("fingerprint", local_fingerprint_rows,
	       .written = local_has_dtls),
	LIST("candidates", local_transport, candidates, candidate_count,
	     candidate_rows, .written = local_has_ice),
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


static bool rests(const void *of)
{
	const struct media_description *m = of;

	return m->rest;
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

const struct json_row leg_media_rows[] = {
	WORD("kind", media_description, kind, media_kind_words,
	     .flags = JSON_ROW_REQUIRED),
	NUMBER("transport", media_description, transport, 0, MP_MEDIA_MAX - 1),
	TEXT("mid", media_description, mid),
	FLAG("off", media_description, off),
	FLAG("send", media_description, send),
	FLAG("recv", media_description, recv),
	FLAG("rest", media_description, rest, .written = rests),
	LIST("codecs", media_description, codecs, codec_count, codec_rows),
	LIST("rtx", media_description, rtx, rtx_count, rtx_rows),
	LIST("events", media_description, events, event_count, event_rows),
	NUMBER("cn_pt", media_description, cn_pt, -1, 127, .fallback = -1,
	       .flags = JSON_ROW_SPARE),
	OBJECT("extensions", extension_rows),
	OBJECT("feedback", feedback_rows),
	NUMBER("ptime", media_description, ptime_ms, 0, 200, .fallback = 20,
	       .written = is_audio),
	NUMBERS("ssrcs", media_description, ssrcs, ssrc_count),
	NUMBER("kbps", media_description, kbps, 0, 10000000),
	NUMBER("width", media_description, width, 0, 8192,
	       .fallback = PICTURE_WIDTH, .written = is_video),
	NUMBER("height", media_description, height, 0, 8192,
	       .fallback = PICTURE_HEIGHT, .written = is_video),
	NUMBER("fps", media_description, fps, 0, 120, .fallback = PICTURE_FPS,
	       .written = is_video),
	END,
};

const struct json_row leg_local_media_rows[] = {
	NUMBER("ssrc", local_media, ssrc, 0, UINT32_MAX),
	NUMBER("rtx_ssrc", local_media, rtx_ssrc, 0, UINT32_MAX),
	TEXT("cname", local_media, cname),
	END,
};


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
