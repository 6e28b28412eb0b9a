/**
 * @file signaling/sdp/sdp_private.h  What an offer object keeps (private)
 *
 * A state is the whole of a description: lines in the order of the SDP; the
 * groups that have a transport; the media of lines in use. Media and groups
 * keep their place for the session's life, as the mixer wants it. What is
 * described to the mixer stands in the types of mixer/mp/leg_description.h;
 * beside it is only what SDP needs. A state is copied before it is changed,
 * which is what rollback needs.
 */
#ifndef PARLEY_SIGNALING_SDP_SDP_PRIVATE_H
#define PARLEY_SIGNALING_SDP_SDP_PRIVATE_H

#include "signaling/sdp/codec_negotiation.h"
#include "signaling/sdp/offer.h"
#include "signaling/sdp/offer_text.h"
#include "signaling/sdp/passed.h"
#include "signaling/sdp/precondition.h"

enum {
	OFFER_LINES_MAX = OFFER_TEXT_MEDIA_MAX,
	OFFER_MEDIA_MAX = 8, /**< lines in use at a time, and groups */
	OFFER_MID_MAX = 64,
};

/** An m-line as it stands in the SDP, in use or not */
struct offer_line {
	char kind[16], proto[32], format[32], mid[OFFER_MID_MAX];
	int media;  /**< index of its media while in use, else -1 */
	int passed; /**< index in `ours` while it passes, else -1 */
	struct precondition precondition; /**< as they said it last */
};

/** Lines that share a transport: a BUNDLE group or a single line. It has the
 *  place of its transport in the leg */
struct offer_group {
	struct transport_description d;
	enum offer_bearer bearer;
	uint32_t crypto_tag;
};

/** One accepted m-line. The codecs of `d` are filled when it is described */
struct offer_media {
	struct media_description d; /**< d.transport is its group, too */
	struct codec_choice codecs;
	bool second;  /**< another of its kind goes before: not in the mix */
	bool sent;    /**< the line has been one that we send on: it keeps the
			   names of what is sent (RFC 8829 section 5.2.2) */
	bool nowhere; /**< c=0.0.0.0 */
	bool bundled; /**< in a BUNDLE group (RFC 9143) */
	bool ptime_given, maxptime_given;
	bool rtcp_mux; /**< far end's, for our answer */
};

struct offer_state {
	struct offer_line lines[OFFER_LINES_MAX];
	size_t line_count;
	struct offer_media *media[OFFER_MEDIA_MAX];
	size_t media_count;
	struct offer_group *groups[OFFER_MEDIA_MAX];
	size_t group_count;
	/* Lines that pass: what we say, which another one has said; what was
	 * said to that; what this one could say to another. References or NULL
	 */
	struct passed_group *ours, *theirs, *able;
	int relay_group; /**< theirs; -1: there never was one */
	bool passing;    /**< sound and pictures pass */
	bool rests;      /**< what is in the mix is inactive meanwhile */
	bool follows;    /**< the far end took the lines that pass */
	bool on_hold;    /**< it spoke with us, and now lets us send nothing */
	uint32_t origin; /**< hash of their o= row */
	/* What the names in c= stood for, those that media go to first; a
	 * reference */
	struct offer_host *hosts;
	size_t host_count;
};

struct offer {
	struct offer_config config;
	uint64_t session_id, version;
	struct offer_state *agreed;  /**< last agreed; NULL before the first */
	struct offer_state *pending; /**< an exchange is under way */
	bool local;                  /**< pending is an offer of ours */
	struct offer_state *ours;    /**< our last offer, for more answers */
	struct leg_local *side;      /**< the mixer's side in it */
	struct offer_shape shape;    /**< of the next one */
	bool honour;                 /**< their preconditions count */
	bool ask;                    /**< our offers have preconditions */
};

/* offer_state.c */

/** An empty one; NULL without memory */
struct offer_state *offer_state_alloc(void);

/** One that can be changed alone; NULL without memory */
struct offer_state *offer_state_copy(const struct offer_state *s);

/** The media of that index, made if there is none; NULL without memory or
 *  beyond the cap */
struct offer_media *offer_state_media(struct offer_state *s, size_t index);

/** The group of that index, made if there is none; NULL likewise */
struct offer_group *offer_state_group(struct offer_state *s, size_t index);

/** Of each kind the first media in use is in the mix, all others are not, and
 *  are sent nothing */
void offer_state_rank(struct offer_state *s);

/** What it means to the mixer; NULL without memory
 *  @param remote With the far end's part */
struct leg_description *offer_state_leg(const struct offer_state *s,
					const struct offer_config *config,
					bool remote);

/** What our side can do, of the config */
void offer_conditions(const struct offer_config *config,
		      struct codec_conditions *conditions);

/* offer_transport.c */

/**
 * Read a line's transport
 *
 * @param g   In: what was known of it (role, address); out: the new one
 * @param tag m-line whose ICE and DTLS attributes count (BUNDLE), or media
 * @return REASON_NONE; when we cannot do it _NO_PROFILE, _NO_ADDRESS, _NO_KEYS
 */
enum reason offer_transport_read(struct offer_group *g,
				 const struct offer_text *t, int media,
				 int tag, const struct offer_config *config);

/** Profiles that we know. @return false for others */
bool offer_proto_known(const struct pl *proto);

/** Has the profile keys of some kind? */
bool offer_profile_is_secure(const char *proto);

/* offer.c */

/** As offer_is_news() */
bool offer_text_is_news(const struct offer *o, const struct offer_text *t);

/* offer_host.c */

/** An address as SDP says it (c=, a=rtcp), "IN IP4 192.0.2.1", or what a name
 *  there stands for. @return false: none, or none that media can be sent to */
bool offer_connection_read(struct pl value, const struct offer_config *config,
			   struct sa *sa);

/** The first of the line's c= rows (its own, else the session's; RFC 8866
 *  section 5.7 lets there be several) that media can be sent to, or that says
 *  0.0.0.0. @return false if there is none */
bool offer_address_read(const struct offer_text *t, int media,
			const struct offer_config *config, struct sa *sa);

/* offer_sdes.c */

/** Choose among the a=crypto lines (RFC 4568). @return false if none fits */
bool offer_sdes_read(struct offer_group *g, const struct offer_text *t,
		     int media);

/* offer_media.c */

/** Read everything of a line but its transport
 *  @param ours  What we offered there, NULL for an offer of theirs
 *  @return false when no codec is in common */
bool offer_media_read(struct offer_media *m, const struct offer_text *t,
		      int media, const struct codec_choice *ours,
		      const struct offer_config *config);

/* offer_line.c */

/** Copy what must come back in our SDP even for a refused line
 *  @param in_use Set: it is offered at all
 *  @return 0, EBADMSG */
int offer_line_read(struct offer_line *line, const struct offer_text *t, int i,
		    bool *in_use);

/* offer_group.c */

/** Does a line stand in a BUNDLE group (RFC 9143)? If so the mids of that */
bool offer_group_of(const struct offer_text *t, const char *mid,
		    struct pl *mids);

/** Is it one of these mids? */
bool offer_group_has(struct pl mids, const char *mid);

/* offer_pass.c */

/** Bring a state of ours into that shape. @return 0, E2BIG, ENOMEM */
int offer_state_shape(struct offer_state *s, const struct offer_shape *shape);

/** Is that line of a description one that passes, as it was before?
 *  @param line As it is now */
bool offer_line_passes(const struct offer_state *prev, int i,
		       const struct offer_line *line, bool answer);

/** All lines are read: read those that pass, and what the far end could say to
 *  others. What cannot be read is refused. @return 0, ENOMEM */
int offer_state_read_passed(struct offer_state *s,
			    const struct offer_state *prev, bool answer,
			    const struct offer_text *t);

/** Its group for the mixer */
void offer_passed_describe(struct transport_description *d,
			   const struct offer_group *g, bool remote);

/* offer_read.c */

/** A whole SDP into a state. @param prev The agreed state or our offer
 *  @param answer It answers our offer `prev`
 *  @param sp     Set on success
 *  @return REASON_NONE, _BAD_REQUEST, _INTERNAL; when no line can be done, of
 *          the line that came nearest _NO_MEDIA, _NO_CODEC, _NO_PROFILE,
 *          _NO_ADDRESS, _NO_KEYS */
enum reason offer_state_read(struct offer_state **sp, const struct offer *o,
			     const struct offer_state *prev, bool answer,
			     const char *sdp, size_t len);

/* offer_print.c */

/** ICE of ours, with candidates. @return 0, EINVAL, ENOMEM */
int offer_print_ice(struct mbuf *mb, const struct local_transport *local);

/** A line that passes */
int offer_print_passed(struct mbuf *mb, const struct offer_state *s,
		       const struct offer_line *line,
		       const struct leg_local *local, bool is_offer);

/** Our side as SDP. @return 0, EINVAL if `local` does not fit, ENOMEM */
int offer_state_print(struct mbuf *mb, const struct offer *o,
		      const struct offer_state *s,
		      const struct leg_local *local, bool is_offer);

#endif
