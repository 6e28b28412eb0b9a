/**
 * @file signaling/session/dial.h  Dialling somebody into a conference
 *
 * What `parley invite`, REFER (RFC 4579 section 5.5), a list of recipients
 * (RFC 5366) and the page's "add someone" all come down to.
 */
#ifndef PARLEY_SIGNALING_SESSION_DIAL_H
#define PARLEY_SIGNALING_SESSION_DIAL_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/conference/join.h"
#include "focus/policy/reason.h"

struct flow_info;
struct session;
struct sessions;

/**
 * How it goes, as a SIP status: provisional ones as they come, then one final.
 * Failures before a response of the far end have the status that fits (404,
 * 480, 503). Never called from within dial_begin()
 *
 * @param phrase Reason phrase, clean
 */
typedef void(dial_progress_h)(uint16_t status, const char *phrase, void *arg);

/** Whom to dial; strings are copied */
struct dial {
	const char *conference;
	const char *uri;          /**< sip:, sips: or tel: URI, no headers */
	const char *display;      /**< name to show in From, NULL: the
				       conference */
	const char *replaces;     /**< value of Replaces (RFC 3891), unescaped,
				       or NULL */
	const char *join;         /**< the same of Join (RFC 3911) */
	const char *referred_by;  /**< value of Referred-By (RFC 3892), NULL */
	struct referrer referrer; /**< who asks, for the roster and for who
				       may call it off */
	const char *history;      /**< body of recipient-list-history to show
				       the dialled (RFC 5366 section 7), NULL */
	const char *icid; /**< charging: kept from who asked, or NULL */
	bool anonymous;   /**< its name is not shown on the roster */
	dial_progress_h *progressh; /**< may be NULL */
	void *arg;
};

/**
 * Begin
 *
 * @param idp Set to a number that dial_forget() takes; may be NULL
 * A user of ours is called where it is registered, one address after the
 * other; who is not gets status 480. Others are called by their URI, through
 * outbound_proxy if there is one. A telephone number needs an account, that
 * proxy or a domain to be asked for it.
 *
 * @return REASON_NONE; REASON_BAD_REQUEST no such URI, REASON_FORBIDDEN an
 *         emergency number, REASON_LOOP a conference of ours (RFC 4353),
 *         REASON_NO_ROUTE a telephone number and nobody to ask for it,
 *         REASON_OVERLOAD too many calls at a time, REASON_SHUTDOWN,
 *         REASON_INTERNAL
 */
enum reason dial_begin(struct sessions *all, const struct dial *dial,
		       uint64_t *idp);

enum {
	/** Calls a minute that Parley makes for one of whom nobody says who he
	 *  is: for a member of a conference, or for a source that is not in
	 *  one (identity_source()); at once as many as a list may have */
	DIALS_PER_MINUTE = 10,
	/** And for all such of one address, however many members, browsers of
	 *  a web server or connections they are: at once twice as many as a
	 *  list may have, or twice this */
	DIALS_OF_HOST_PER_MINUTE = 60,
};

/**
 * May whoever asks have that many called just now? Who is known and hosts of
 * trusted_hosts may; others as fast as DIALS_PER_MINUTE says, so that a page
 * that is open to all does not ring a thousand telephones. Members have that
 * each, so that one of an office does not use up what all of it may; and
 * who comes in a hundred times, or by a web server that hides his address,
 * has no more by it than DIALS_OF_HOST_PER_MINUTE
 *
 * @param member In whose dialog it is asked; NULL: in none
 * @return false: no, none of them, and it has been counted
 */
bool dial_in_time(struct sessions *all, struct session *member,
		  const struct flow_info *flow, bool known, unsigned count);

/** progressh is not called any more; the call goes on */
void dial_forget(struct sessions *all, uint64_t id);

#endif
