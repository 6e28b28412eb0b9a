/**
 * @file focus/conference/bearer.h  What carries an endpoint's media
 * (TS 23.228 U.2.4)
 *
 * An interface: the endpoint knows what is agreed with the far end and what a
 * moderator has set, a bearer carries it. A leg of a mixer is the first kind
 * (focus/conference/mixer_bearer.h); an end-to-end relay, a recorder or a
 * cascade are others. A kind has struct bearer as its first member. Owned by
 * the endpoint; parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_BEARER_H
#define PARLEY_FOCUS_CONFERENCE_BEARER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"
#include "mixer/mp/leg_description.h"

struct bearer;

/** What a moderator may set; leg.set of mixer/mp/protocol.h */
struct endpoint_levels {
	bool muted, deaf, video_muted;
	int volume_in_db, volume_out_db;
};

/** Where the far end is, as its signalling has shown; leg.set again */
struct endpoint_proof {
	struct sa host; /**< its port means nothing; unset: not shown */
	bool vouched;   /**< one of the operator's own */
};

/** What the others are to hear and see of it, and it of them */
struct bearer_state {
	const char *name; /**< on its tile */
	bool early;       /**< its dialog is not confirmed: neither heard nor
			       seen, and sent nothing */
	bool aside;       /**< it is not let in yet: neither heard nor seen,
			       and alone with what is said to it */
	bool cut_off;     /**< no word reaches it any more, until one does */
	struct endpoint_levels levels;
	struct endpoint_proof proof;
	bool crosses; /**< its far end is an endpoint of another conference
			   here (focus/conference/user_crossing.c) */
};

/** What is to be said; leg.announce again. All borrowed */
struct bearer_words {
	const char *const *names; /**< of prompts, one after the other */
	size_t count;             /**< 0: nothing any more */
	const char *language;
	uint32_t number; /**< that the event said has */
};

/**
 * What became of a description
 *
 * @param local Our side of it, borrowed; NULL where it is refused
 */
typedef void(bearer_h)(enum reason reason, const struct leg_local *local,
		       void *arg);

struct bearer_ops {
	const char *kind; /**< for the log */

	/**
	 * Get what it takes to carry this, and our side of it. For an offer of
	 * ours the description has no remote parts.
	 *
	 * @param h Called once if REASON_NONE is returned, never from within
	 * @return REASON_NONE, REASON_BAD_REQUEST, REASON_NO_MIXER, ...
	 */
	enum reason (*prepare)(struct bearer *b,
			       const struct leg_description *description,
			       const struct bearer_state *state, bearer_h *h,
			       void *arg);

	/**
	 * Take over what another one of its kind carries, as it is: that is
	 * not prepared any more, and this one has not been. NULL: none can
	 *
	 * @param h As prepare
	 * @return REASON_NONE; REASON_NO_MIXER: this one has no way to carry
	 *         that, which stays where it is
	 */
	enum reason (*take)(struct bearer *b, struct bearer *from, bearer_h *h,
			    void *arg);

	/** Carry another description from now on; as prepare */
	enum reason (*apply)(struct bearer *b,
			     const struct leg_description *description,
			     bearer_h *h, void *arg);

	/** The state has changed. Nothing to do while not prepared */
	void (*set)(struct bearer *b, const struct bearer_state *state);

	/** Say something to who is at its far end alone, instead of what is
	 *  being said. NULL: it has no voice
	 *
	 * @return false: not prepared; nothing is said */
	bool (*say)(struct bearer *b, const struct bearer_words *words);

	/** Give all back; who waits for a description is forgotten */
	void (*drop)(struct bearer *b);

	/** The process of the conference's mixer is gone. @return true: so is
	 *  what it carried, and must be offered anew. NULL: it stands on its
	 *  own */
	bool (*lost)(struct bearer *b);
};

struct bearer {
	const struct bearer_ops *ops;
	bool prepared; /**< written by its kind: it has what it takes */
};

#endif
