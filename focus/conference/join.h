/**
 * @file focus/conference/join.h  What signaling says of who comes in
 */
#ifndef PARLEY_FOCUS_CONFERENCE_JOIN_H
#define PARLEY_FOCUS_CONFERENCE_JOIN_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/conference/signaling_ops.h"
#include "focus/policy/reason.h"
#include "mixer/mp/leg_description.h"

/** Who had somebody called into a conference */
struct referrer {
	const char *aor; /**< its address; NULL: nobody, or anonymous */
	uint32_t leg;    /**< focus_leg() of the endpoint that asked; 0: it was
			      asked from outside */
	bool known;      /**< the address is proved or asserted */
};

/** Who joins */
struct join {
	const char *conference; /**< user part of the conference URI */
	const char *aor;        /**< address-of-record, "sip:a@example.com" */
	bool known;             /**< that is proved or asserted: all legs of it
				     are one user's. Else it is a label */
	const char *display;    /**< display name, may be NULL */
	const char *entity;     /**< endpoint's contact URI (RFC 4575) */
	const char *agent;      /**< User-Agent, may be NULL */
	bool webrtc;
	bool has_page;    /**< one that says what is said by voice to who has
			       none (PINs, lobby) */
	bool dialled_out; /**< joining method of RFC 4575 */
	bool moved;       /**< by the number that it has typed elsewhere
			       (session_ops.move) */
	struct endpoint *from; /**< that it was elsewhere until then; NULL: it
				    is gone, or was none */
	bool factory;   /**< makes the conference, by focus_new_name() */
	bool anonymous; /**< name and addresses are for nobody (RFC 3323) */
	bool replaces;  /**< takes the place of one that is in: no lock and no
			      limit keeps it out */
	uint32_t replaces_leg; /**< focus_leg() of that one, 0: it has none.
				    When that leaves, what a moderator has
				    set goes to this one */
	bool inherits;         /**< ...and its rights: whoever fills this in
				    knows that they are the same person's
				    (RFC 3891 section 3) */
	uint64_t origin;       /**< names the host that it calls from, as
				    PINs tried there are counted; 0: many
				    are behind that one */
	const char *secret;    /**< what it says proves that it is an endpoint,
				    or was (focus_secret()); hostile, NULL: none
				    */
	struct referrer referrer; /**< who had it dialled */
	const struct session_ops *ops;
	void *session;
};

/**
 * Result of join, prepare or modify
 *
 * @param reason REASON_NONE, or why not; then the endpoint of a join is gone
 * @param local  The mixer's side; borrowed
 */
typedef void(focus_leg_h)(enum reason reason, const struct leg_local *local,
			  void *arg);

/** What the answer of whom we called says of it; NULL: nothing */
struct callee {
	const char *agent;   /**< Server or User-Agent */
	const char *display; /**< name that is asserted */
	bool anonymous;      /**< it asks for privacy (RFC 3323) */
};

#endif
