/**
 * @file focus/policy/reason.h  Why something failed or ended, once
 *
 * One row a reason: the SIP status that answers it, the HTTP status that
 * answers a command, its token (the same in Warning headers, behind the words,
 * the answers to commands, the HTTP API and the log) and words a person
 * understands. Page, SIP, commands and log take them from here.
 */
#ifndef PARLEY_FOCUS_POLICY_REASON_H
#define PARLEY_FOCUS_POLICY_REASON_H

#include <stdbool.h>
#include <stdint.h>

enum reason {
	REASON_NONE,
	REASON_BAD_REQUEST,     /**< 400 */
	REASON_FORBIDDEN,       /**< 403 policy says no */
	REASON_LOCKED,          /**< 403 conference is locked */
	REASON_WRONG_PIN,       /**< 403 */
	REASON_TOO_MANY_TRIES,  /**< 403 of PINs: later */
	REASON_DENIED,          /**< 403 somebody who may did not admit it */
	REASON_NOT_ADMITTED,    /**< 480 nobody admitted it */
	REASON_NOT_FOUND,       /**< 404 no such conference here */
	REASON_AMBIGUOUS,       /**< several could be meant */
	REASON_NO_MEDIA,        /**< 488 neither sound nor picture */
	REASON_NO_CODEC,        /**< 488 no codec in common */
	REASON_NO_PROFILE,      /**< 488 no transport for media in common */
	REASON_NO_ADDRESS,      /**< 488 media cannot be sent there */
	REASON_NO_KEYS,         /**< 488 media could not be secured */
	REASON_FULL,            /**< 486 conference is full */
	REASON_UNAVAILABLE,     /**< 480 */
	REASON_BUSY,            /**< 486, 600 of whom we dialled */
	REASON_DECLINED,        /**< 603 of whom we dialled */
	REASON_NO_ANSWER,       /**< whom we dialled let it ring */
	REASON_NOBODY,          /**< 404 to our INVITE */
	REASON_NO_ROUTE,        /**< no host, no name server, no transport */
	REASON_NO_MIXER,        /**< 503 no mixer can take it */
	REASON_NO_PORTS,        /**< 503 the mixer's RTP ports are in use */
	REASON_MIXER_LOST,      /**< 503 it died while it was asked */
	REASON_OVERLOAD,        /**< 503 limits of this server */
	REASON_TOO_LONG,        /**< 413 more than is taken at once */
	REASON_TOO_FAST,        /**< 480 more than is taken in that time. Not
				     503: whoever sends there takes that for
				     the whole server and goes elsewhere with
				     calls, too (RFC 3263 section 4.3). Not
				     403, which says that it is in vain */
	REASON_SHUTDOWN,        /**< 503, BYE: server is going down */
	REASON_LEFT,            /**< it hung up */
	REASON_LOOP,            /**< 482 a focus calls what it is in */
	REASON_REPLACED,        /**< another dialog took its place */
	REASON_KICKED,          /**< a moderator removed it */
	REASON_ENDED,           /**< the conference was ended */
	REASON_MEDIA_TIMEOUT,   /**< its media stopped */
	REASON_MEDIA_FAILED,    /**< handshake or fingerprint failed */
	REASON_SESSION_EXPIRED, /**< RFC 4028 */
	REASON_INTERNAL,        /**< 500 */
	REASON_COUNT
};

struct reason_row {
	uint16_t sip_status;
	uint16_t http_status; /**< of a command that failed so */
	const char *token;    /**< "locked" */
	const char *phrase;   /**< SIP reason phrase */
	const char *words;    /**< for people */
};

/** There is no mixer just now: another comes */
bool reason_is_no_mixer(enum reason reason);

/** What an errno of the mixer or its link comes to; 0: REASON_NONE */
enum reason reason_from_errno(int err);

/** Its row; never NULL */
const struct reason_row *reason_row(enum reason reason);

#endif
