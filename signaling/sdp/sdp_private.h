/**
 * @file signaling/sdp/sdp_private.h  What an offer object keeps (private)
 *
 * A state is a plain value: lines in the order of the SDP, of which at most
 * one audio and one video line are in use; these two are the entries of
 * "media", and keep their place there for the session's life; transports
 * likewise. Copying the struct is taking a snapshot, which is what rollback
 * needs. Private to signaling/offer*.c.
 */
#ifndef PARLEY_SIGNALING_SDP_SDP_PRIVATE_H
#define PARLEY_SIGNALING_SDP_SDP_PRIVATE_H

#include "signaling/sdp/codec_negotiation.h"
#include "signaling/sdp/offer.h"
#include "signaling/sdp/offer_text.h"
#include "signaling/sdp/precondition.h"

enum {
	OFFER_LINES_MAX = OFFER_TEXT_MEDIA_MAX,
	OFFER_LINES_USED_MAX = 16, /**< lines that may be accepted */
	OFFER_MEDIA_MAX = 2,
	OFFER_FINGERPRINTS_MAX = 8,
	OFFER_SSRCS_MAX = 16,
	OFFER_ICE_MAX = 256, /**< RFC 8839 section 5.4 */
	OFFER_MID_MAX = 64,
};

/** An m-line as it stands in the SDP, in use or not */
struct offer_line {
	char kind[16], proto[32], format[32], mid[OFFER_MID_MAX];
	int media; /**< index of its media while in use, else -1 */
	struct precondition precondition; /**< as they said it last */
};

struct offer_fingerprint {
	char hash[8];
	char value[3 * 64]; /**< "AB:CD:..." */
};

enum offer_role { OFFER_ROLE_UNKNOWN, OFFER_ROLE_CLIENT, OFFER_ROLE_SERVER };

/** The far end of one transport: T of mixer/mp/protocol.h */
struct offer_transport {
	bool webrtc;
	bool known; /**< the far end's part is there */
	char ufrag[OFFER_ICE_MAX + 1], pwd[OFFER_ICE_MAX + 1];
	enum offer_role role; /**< the mixer's */
	struct offer_fingerprint fingerprints[OFFER_FINGERPRINTS_MAX];
	size_t fingerprint_count;
	struct sa remote, remote_rtcp;
	bool rtcp_mux;
	char suite[24]; /**< SDES, "" = none */
	char key[64];   /**< far end's, base64 */
	uint32_t crypto_tag;
};

/** One accepted m-line: M of mixer/mp/protocol.h */
struct offer_media {
	enum match_kind kind;
	bool off, send, recv;
	bool nowhere; /**< c=0.0.0.0 */
	bool bundled; /**< in a BUNDLE group (RFC 9143) */
	unsigned transport;
	char mid[OFFER_MID_MAX];
	struct match match;
	unsigned audio_level, mid_id, abs_send_time;
	unsigned ptime_ms;
	bool ptime_given, maxptime_given;
	uint32_t ssrcs[OFFER_SSRCS_MAX];
	size_t ssrc_count;
	uint32_t kbps;
	struct match_limits picture;
	bool rtcp_mux; /**< far end's, for our answer */
};

struct offer_state {
	struct offer_line lines[OFFER_LINES_MAX];
	size_t line_count;
	struct offer_media media[OFFER_MEDIA_MAX];
	size_t media_count;
	struct offer_transport transports[OFFER_MEDIA_MAX];
	size_t transport_count;
	bool on_hold;    /**< it spoke with us, and now lets us send nothing */
	uint32_t origin; /**< hash of their o= row */
};

struct offer {
	struct offer_config config;
	uint64_t session_id, version;
	struct offer_state *agreed;  /**< last agreed; NULL before the first */
	struct offer_state *pending; /**< an exchange is under way */
	bool local;                  /**< pending is an offer of ours */
	struct offer_state *ours;    /**< our last offer, for more answers */
	struct leg_local *side;      /**< the mixer's side in it */
	bool honour;                 /**< their preconditions count */
	bool ask;                    /**< our offers have preconditions */
};

/* offer_transport.c */

/**
 * Read a line's transport
 *
 * @param tr  In: what was known of it (role, address); out: the new one
 * @param tag m-line whose ICE and DTLS attributes count (BUNDLE), or media
 * @return false when we cannot do it
 */
bool offer_transport_read(struct offer_transport *tr,
			  const struct offer_text *t, int media, int tag,
			  bool sdes_allowed);

/** Profiles that we know. @return false for others */
bool offer_proto_known(const struct pl *proto);

/** T as JSON. @param near Far end's signalling address, or unset
 *  @param remote With the far end's part */
json_t *offer_transport_json(const struct offer_transport *tr,
			     const struct sa *near, bool remote);

/** RFC 8866 c= value "IN IP4 192.0.2.1". @return false if it is none */
bool offer_connection_read(const struct pl *value, struct sa *sa);

/* offer_sdes.c */

/** Choose among the a=crypto lines (RFC 4568). @return false if none fits */
bool offer_sdes_read(struct offer_transport *tr, const struct offer_text *t,
		     int media);

/* offer_media.c */

/** Read everything of a line but its transport
 *  @param ours  What we offered there, NULL for an offer of theirs
 *  @return false when no codec is in common */
bool offer_media_read(struct offer_media *m, const struct offer_text *t,
		      int media, const struct match *ours,
		      const struct offer_config *config);

/** M as JSON. @param on_hold What is received goes nowhere */
json_t *offer_media_json(const struct offer_media *m, bool on_hold);

/* offer_read.c */

/** A whole SDP into a state. @param prev The agreed state or our offer
 *  @param answer It answers our offer `prev`
 *  @return REASON_NONE, _BAD_REQUEST, _NO_CODEC */
enum reason offer_state_read(struct offer_state *s,
			     const struct offer_state *prev, bool answer,
			     const char *sdp, size_t len,
			     const struct offer_config *config);

/** What it means; NULL without memory */
struct leg_description *offer_state_leg(const struct offer_state *s,
					const struct offer_config *config,
					bool remote);

/* offer_print.c */

/** Our side as SDP. @return 0, EINVAL if `local` does not fit, ENOMEM */
int offer_state_print(struct mbuf *mb, const struct offer *o,
		      const struct offer_state *s,
		      const struct leg_local *local, bool is_offer);

#endif
