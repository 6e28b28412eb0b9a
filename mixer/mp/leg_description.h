/**
 * @file mixer/mp/leg_description.h  A leg: what the far end says and what the
 * mixer answers
 *
 * T, M, C, LT and LM of mixer/mp/protocol.h as C types. Signaling makes a
 * leg_description of an SDP, focus passes it on, and on the link it is JSON;
 * the mixer's own side comes back as a leg_local. Writer and reader stand on
 * one table (leg_description.c), so that a member is named once. The reader
 * is strict (mixer/mp/json_table.h); what only a codec can judge (its name,
 * its modes) the mixer judges when it uses it.
 *
 * Both are heap objects, released by mem_deref(), and not changed once they
 * are shared: who wants to keep one takes a reference. Pure; any thread.
 */
#ifndef PARLEY_MIXER_MP_LEG_DESCRIPTION_H
#define PARLEY_MIXER_MP_LEG_DESCRIPTION_H

#include <jansson.h>
#include "mixer/base/re.h"
#include "mixer/mp/json_table.h"
#include "mixer/mp/protocol.h"

enum {
	DESCRIPTION_CODECS_MAX = 12,
	DESCRIPTION_RTX_MAX = 12,
	DESCRIPTION_EVENTS_MAX = 4,
	DESCRIPTION_SSRCS_MAX = 8,
	DESCRIPTION_FINGERPRINTS_MAX = 4,
	DESCRIPTION_CANDIDATES_MAX = 12,
	DESCRIPTION_PAYLOADS_MAX = 64, /**< of a kind on a relay */
	DESCRIPTION_MID_BYTES = 17, /**< 16 (one-byte element) and the end */
	DESCRIPTION_ICE_BYTES = 257,
	DESCRIPTION_SPROP_BYTES = 256,
};

enum media_kind { MEDIA_AUDIO, MEDIA_VIDEO };

enum mp_transport { MP_PLAIN, MP_WEBRTC, MP_RELAY };

/** The role that the mixer takes; unknown while the far end is */
enum mp_dtls_role { MP_DTLS_UNKNOWN, MP_DTLS_CLIENT, MP_DTLS_SERVER };

/** SDES suites (RFC 4568, 7714) */
enum mp_suite {
	MP_SUITE_NONE,
	MP_AES_CM_128_HMAC_SHA1_80,
	MP_AES_CM_128_HMAC_SHA1_32,
	MP_AEAD_AES_128_GCM,
	MP_AEAD_AES_256_GCM,
};

/** The suite's name in SDP ("" for none), and back (NONE if unknown) */
const char *mp_suite_name(enum mp_suite suite);
enum mp_suite mp_suite_by_name(const char *name);

/** The kind as SDP and JSON say it */
const char *media_kind_name(enum media_kind kind);

/** All of them, by kind; NULL after the last */
extern const char *const media_kind_words[];

struct mp_fingerprint {
	char hash[12];   /**< "sha-256" */
	char value[192]; /**< "AB:CD:.." */
};

/** T: a transport as the far end described it */
struct transport_description {
	enum mp_transport kind;
	bool known; /**< the far end's part was given */
	char ice_ufrag[DESCRIPTION_ICE_BYTES], ice_pwd[DESCRIPTION_ICE_BYTES];
	enum mp_dtls_role dtls_role;
	struct mp_fingerprint fingerprints[DESCRIPTION_FINGERPRINTS_MAX];
	size_t fingerprint_count;
	struct sa rtp, rtcp; /**< unset: not known */
	bool rtcp_mux;
	bool dtls; /**< plain: its SRTP is keyed by DTLS (RFC 5763) */
	enum mp_suite suite;
	char sdes_key[128]; /**< empty: none yet */
	struct sa near;     /**< host of the signalling; unset: not given */
	/* relay */
	uint32_t relay; /**< its number, 0: of none */
	uint32_t sound[DESCRIPTION_PAYLOADS_MAX];   /**< payload types */
	uint32_t picture[DESCRIPTION_PAYLOADS_MAX]; /**< likewise */
	size_t sound_count, picture_count;
	uint32_t kbps; /**< 0: no limit */
	bool no_data;  /**< nothing but sound and pictures goes over */
};

/** C: one codec; each has its own part of the parameters, others are zero */
struct codec_description {
	char name[16]; /**< as in SDP */
	uint8_t pt;
	uint32_t clock_hz;
	/* Opus, RFC 7587: what the far end wants to receive */
	uint8_t channels;
	bool fec, dtx, stereo;
	uint32_t max_bitrate;       /**< bits/s, 0 = not given */
	uint32_t max_playback_rate; /**< Hz, 0 = not given */
	/* AMR and AMR-WB, RFC 4867 */
	bool octet_align;
	uint16_t mode_set;          /**< bit n: mode n; 0 = all */
	uint8_t mode_change_period; /**< 1 or 2 */
	bool mode_change_neighbor;
	/* H.264, RFC 6184 */
	uint8_t packetization_mode;
	char profile_level_id[7];  /**< six hexadecimal digits */
	uint32_t max_mbps, max_fs; /**< macroblocks, 0: the level's */
	char sprop[DESCRIPTION_SPROP_BYTES]; /**< base64, commas between */
};

struct rtx_description {
	uint8_t pt, apt;
};

struct event_description {
	uint8_t pt;
	uint32_t clock_hz;
};

/** M: a media section */
struct media_description {
	enum media_kind kind;
	size_t transport; /**< index into the transports */
	char mid[DESCRIPTION_MID_BYTES];
	bool off, send, recv; /**< off: dropped, keeps its place */
	bool rest;            /**< neither, while a relay carries it */
	struct codec_description codecs[DESCRIPTION_CODECS_MAX];
	size_t codec_count;
	struct rtx_description rtx[DESCRIPTION_RTX_MAX];
	size_t rtx_count;
	struct event_description events[DESCRIPTION_EVENTS_MAX];
	size_t event_count;
	int cn_pt; /**< -1: none */
	/* RFC 8285 ids, 0: none */
	uint8_t audio_level_id, mid_id, abs_send_time_id, colour_space_id;
	bool nack, pli, fir, remb;
	uint32_t ptime_ms; /**< audio: 0 to 200 */
	uint32_t ssrcs[DESCRIPTION_SSRCS_MAX];
	size_t ssrc_count;
	uint32_t kbps;               /**< 0: no limit */
	uint32_t width, height, fps; /**< video: what it can take */
};

/** The far end's side, and what the mixer shall do */
struct leg_description {
	struct transport_description *transports;
	size_t transport_count;
	struct media_description *media;
	size_t media_count;
};

/** LT: a transport's side of the mixer */
struct local_transport {
	enum mp_transport kind;
	char ice_ufrag[32], ice_pwd[64];
	struct mp_fingerprint fingerprint;
	struct local_candidate {
		struct sa addr;
		uint32_t priority;
		bool tcp; /**< passive (RFC 6544); else UDP */
	} candidates[DESCRIPTION_CANDIDATES_MAX]; /**< host, component 1 */
	size_t candidate_count;
	struct sa rtp; /**< plain: where it wants media */
	uint16_t rtcp_port;
	enum mp_suite suite;
	char sdes_key[128];
};

/** LM: a section's side of the mixer */
struct local_media {
	uint32_t ssrc, rtx_ssrc;
	char cname[64];
};

/** The mixer's side, entry for entry of its leg_description */
struct leg_local {
	struct local_transport *transports;
	size_t transport_count;
	struct local_media *media;
	size_t media_count;
};

/** A zeroed description of so many entries. @return 0, EINVAL, ENOMEM */
int leg_description_alloc(struct leg_description **dp, size_t transports,
			  size_t media);

/** A zeroed local side of so many entries. @return 0, EINVAL, ENOMEM */
int leg_local_alloc(struct leg_local **lp, size_t transports, size_t media);

/**
 * Read "transports" and "media" of a request, or of its reply
 *
 * @param why Set to the reason on error
 * @return 0, EINVAL, ENOMEM
 */
int leg_description_read(struct leg_description **dp, const json_t *msg,
			 char why[DESCRIPTION_WHY_BYTES]);
int leg_local_read(struct leg_local **lp, const json_t *msg,
		   char why[DESCRIPTION_WHY_BYTES]);

/** Write "transports" and "media" into a request, or its reply.
 *  @return 0 or ENOMEM */
int leg_description_write(const struct leg_description *d, json_t *msg);
int leg_local_write(const struct leg_local *l, json_t *msg);

#endif
