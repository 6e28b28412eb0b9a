/**
 * @file signaling/sdp/offer.h  SDP to leg description and back (RFC 3264,
 * 8866)
 *
 * An `offer` object is one session's SDP state: what the far end said last,
 * what we said last, origin version, and the leg description of
 * mixer/mp/protocol.h that both mean. Both directions: their offer and our
 * answer; our offer and their answer; re-offers by either, m-lines keeping
 * their place. Rows are cut by signaling/sdp/offer_text.h, codec choice is
 * signaling/sdp/codec_negotiation.h. No socket, no mixer, no focus: pure and
 * testable with recorded SDP.
 *
 * Every line is judged by itself and by all that matters (RFC 3264 section 6):
 * codec, profile, keys, address, preconditions. Those that hold are taken in
 * the far end's order, those that carry something before those on hold; all
 * others get port 0. Only when none holds is the whole refused.
 *
 * Groups (RFC 9143, 8843): lines of one BUNDLE group share a transport, every
 * other line is a group of its own. Each group has a bearer; there is one
 * kind today, a transport of a leg of the mixer. The first audio and the
 * first video line are in the mix. One more of a kind is taken when it is in
 * another group, with the transport of that group: it comes up and is
 * received, but is not mixed, and nothing is sent there. Our answer says so
 * by the direction: recvonly, or inactive where they do not send (RFC 3264
 * section 6.1 allows both for sendrecv and sendonly). Not inactive for all:
 * the stream would have to be asked for anew before it could be shown. One
 * more of a kind in the same group is answered with port 0, as are data
 * channels and all that we cannot do, but for lines that pass (below). "media"
 * keep their place while a line is out of use ("off"); the first in use of
 * each kind stays the first when others come.
 *
 * Lines that pass (TS 23.228 U.2.4): an offer of ours may have a group more,
 * whose lines are another far end's, with its fingerprint, formats and all
 * (offer_set_shape()); only ICE is ours. What is said to them is read as it
 * stands (offer_passed()). While they carry sound and picture those in the mix
 * are inactive, and keep what they are; the directions that count are those of
 * the lines that pass then. A far end that can follow such an offer, with a
 * transport beside the one that it has, says so by "a=parley-end-to-end" above
 * its lines.
 *
 * Profiles: RTP/AVP, AVPF, SAVP, SAVPF (SDES, RFC 4568) and
 * UDP/TLS/RTP/SAVP, SAVPF (DTLS-SRTP, RFC 8842, with ICE, RFC 8839, or
 * without, RFC 5763: a plain line then); the answer echoes the profile. SAVP
 * whose keys we may not or cannot use is refused; keys in AVP are used where
 * allowed. An ICE-lite far end cannot be served over ICE, as our side is lite
 * too.
 */
#ifndef PARLEY_SIGNALING_SDP_OFFER_H
#define PARLEY_SIGNALING_SDP_OFFER_H

#include <stdbool.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"
#include "mixer/mp/capabilities.h"
#include "mixer/mp/leg_description.h"

struct offer;
struct passed_group;

/** What carries a group */
enum offer_bearer {
	OFFER_BEARER_NONE, /**< none of its lines is in use */
	OFFER_BEARER_MIXER,
	OFFER_BEARER_RELAY, /**< nobody here: its lines pass to another one */
};

enum {
	OFFER_HOST_NAME_BYTES = 256,
	/** Most addresses that offer_set_hosts() takes */
	OFFER_HOSTS_MAX = 32,
};

/** A host name that a description has in place of an address */
struct offer_name {
	char name[OFFER_HOST_NAME_BYTES]; /**< without a dot at its end */
	int first; /**< the address family that will do best; */
	int other; /**< the other one, AF_UNSPEC: it will not do */
};

/** An address of such a host */
struct offer_host {
	char name[OFFER_HOST_NAME_BYTES];
	struct sa address;
};

struct offer_config {
	struct sa address;   /**< for o= and c=, until the mixer's is known */
	struct sa near;      /**< host that the far end's signalling
				  comes from, for T's "near"; unset: left
				  out */
	bool sdes_allowed;   /**< SDES keys only over TLS or where told */
	bool no_ip4, no_ip6; /**< no media by that address family */
	unsigned video_width, video_height, video_fps; /**< what we can take */
	struct mixer_capabilities mixer; /**< of all mixers; without codecs:
					      the base set */
	struct offer_host *hosts; /**< not looked at: offer_set_hosts() */
	size_t host_count;
};

/** What is offered of what there is, from the next offer of ours on */
struct offer_shape {
	bool mixed; /**< the lines in the mix are in use; else inactive */
	struct passed_group *passed; /**< lines that another one has said
					  (signaling/sdp/passed.h), in a group
					  of their own; NULL: none */
	bool passing;   /**< of those sound and pictures are in use, too */
	uint32_t relay; /**< that carries them */
	uint32_t kbps;  /**< and not more; 0: without limit */
	bool no_data;   /**< nothing but sound and pictures */
};

/** @return 0, EINVAL, ENOMEM. The config is copied */
int offer_alloc(struct offer **op, const struct offer_config *config);

/** The far end signals from another address now; harmless without an offer */
void offer_set_near(struct offer *o, const struct sa *near);

/**
 * The host names that stand for addresses in c= (RFC 8866 section 5.7) and
 * a=rtcp, each once: those that matter for where media of audio and video
 * lines go, the first line of each kind first, RTCP last. None of a line that
 * has an address that will do as well, and none that was looked up for a
 * description with the same o=. A name has two labels or more and is not
 * below "localhost". Pure: whoever asks finds their addresses, and says so by
 * offer_set_hosts()
 *
 * @param names Set
 * @return How many, at most `max`; 0 also for what is no SDP
 */
size_t offer_host_names(const struct offer *o, const char *sdp, size_t len,
			struct offer_name *names, size_t max);

/**
 * What the names in the description that is read next stand for. A name that
 * is not among them stands for what it did in the last one agreed, else for
 * nothing. Its first address that will do is taken, one of the family that c=
 * says before others, and the one it had before if it has that still. Groups
 * will not do, nor does this very host, unless our own address is such a one
 *
 * @param hosts Copied; a name may be there more than once
 * @param count At most OFFER_HOSTS_MAX
 * @return 0; EINVAL, ENOMEM: no name stands for anything
 */
int offer_set_hosts(struct offer *o, const struct offer_host *hosts,
		    size_t count);

/** No name in the description that is read next stands for anything */
void offer_clear_hosts(struct offer *o);

/**
 * The far end's offer came
 *
 * @param sdp  Body; lengths, counts and formats are checked and capped
 * @param legp Set to what focus_join/focus_leg_modify want; mem_deref() it
 * @return REASON_NONE; REASON_BAD_REQUEST (not SDP); when there is no audio
 *         or video that we can do, what was the trouble with the line that
 *         came nearest: REASON_NO_MEDIA, _NO_CODEC, _NO_PROFILE, _NO_ADDRESS,
 *         _NO_KEYS
 */
enum reason offer_remote(struct offer *o, const char *sdp, size_t len,
			 struct leg_description **legp);

/**
 * Print our answer; the exchange is agreed by that. Printed again without a
 * new offer it is the same answer with the same version.
 *
 * @param local The mixer's side
 * @param mbp   Set to the SDP, position 0
 * @return 0; EINVAL when `local` does not fit the description; ENOMEM
 */
int offer_answer(struct offer *o, const struct leg_local *local,
		 struct mbuf **mbp);

/**
 * Begin an offer of ours
 *
 * @param webrtc Shape: WebRTC (BUNDLE, DTLS-SRTP, ICE-lite) or plain RTP.
 *               Ignored for a re-offer: the shape stays
 * @param video  With a video line; in a re-offer one is added or dropped
 * @param legp   Set to the description without remote parts, for
 *               focus_join/focus_leg_modify
 * @return 0; EALREADY when their offer waits for our answer; ENOMEM
 */
int offer_begin(struct offer *o, bool webrtc, bool video,
		struct leg_description **legp);

/** Print our offer, once the mixer gave its side */
int offer_local(struct offer *o, const struct leg_local *local,
		struct mbuf **mbp);

/**
 * The answer to our offer came. As offer_remote; the exchange is agreed when
 * it returns REASON_NONE
 */
enum reason offer_remote_answer(struct offer *o, const char *sdp, size_t len,
				struct leg_description **legp);

/**
 * The last agreed description, for focus_leg_modify() after a rollback
 *
 * @return 0; ENOENT before anything was agreed; ENOMEM
 */
int offer_leg(const struct offer *o, struct leg_description **legp);

/** Our offer was refused (488, 491): fall back to the last agreed state */
void offer_rollback(struct offer *o);

/**
 * The offer that was answered last is open again: another fork of the same
 * INVITE has an answer of its own (RFC 6337 section 3.1.2)
 *
 * @return 0; ENOENT no offer of ours was answered; ENOMEM
 */
int offer_reopen(struct offer *o);

/** Does this answer say anything that the last description of theirs did not
 *  (RFC 3264 section 8: o= is another)? */
bool offer_is_news(const struct offer *o, const char *sdp, size_t len);

/* ------------------------------------------- preconditions (RFC 3312) */

enum offer_preconditions {
	OFFER_PRECONDITIONS_MET, /**< or there are none */
	OFFER_PRECONDITIONS_UNMET,
	OFFER_PRECONDITIONS_UNKNOWN, /**< a mandatory type that we lack */
};

/** Take their preconditions seriously, because they gave the option tag. Else
 *  they are attributes that we do not know, and not in our answers */
void offer_honour_preconditions(struct offer *o, bool honour);

/** What they said last */
enum offer_preconditions offer_preconditions(const struct offer *o);

/**
 * The offer that waits for its answer once more, this time with
 * preconditions: the far end insists on them (421)
 *
 * @return 0; EALREADY they were there; EINVAL no offer waits; ENOMEM
 */
int offer_ask_preconditions(struct offer *o, struct mbuf **mbp);

/** Do our offers have preconditions? */
bool offer_asks_preconditions(const struct offer *o);

/** Body of a 580: the m-lines that failed. @return 0, ENOENT, ENOMEM */
int offer_print_failure(const struct offer *o, struct mbuf **mbp);

/** All audio and video is held by the far end: inactive, 0.0.0.0, or sendonly
 *  after it listened */
bool offer_held(const struct offer *o);

/** A video line is in use: what offer_begin() wants to keep things as they
 *  are in a re-offer */
bool offer_has_video(const struct offer *o);

/* ------------------------------------------------------------- groups */

/** Groups that there have been; each has the place of its transport */
size_t offer_group_count(const struct offer *o);

/** What carries a group now */
enum offer_bearer offer_bearer(const struct offer *o, size_t group);

/** What our offers are like from now on. @param shape Copied, with a reference
 *  to its lines */
void offer_set_shape(struct offer *o, const struct offer_shape *shape);

/**
 * What the far end could say to another one directly, if it can, under other
 * names: a line for data, as it said one already, and lines for sound and
 * pictures as it described them last in an offer, else in its answer
 *
 * @param prefix Of their mids
 * @param all    Else the line for data alone
 * @return NULL: it cannot, or no memory; mem_deref()
 */
struct passed_group *offer_passable(const struct offer *o, const char *prefix,
				    bool all);

/** What the far end said last of the lines that pass; borrowed, NULL: there
 *  are none, or it has not spoken of them */
struct passed_group *offer_passed(const struct offer *o);

/** By what was agreed it is not in the mix, or its sound and pictures pass to
 *  another one
 *
 *  @param pass They may */
bool offer_is_apart(const struct offer *o, bool pass);

/** It took the lines that pass as far as it takes those in the mix: who sends
 *  sound on one, and none on the other, cannot follow */
bool offer_follows(const struct offer *o);

/** The far end is WebRTC (ICE and DTLS) */
bool offer_is_webrtc(const struct offer *o);

#endif
