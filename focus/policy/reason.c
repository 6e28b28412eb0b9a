/**
 * @file focus/policy/reason.c  The table of reasons
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "focus/policy/reason.h"


static const struct reason_row rows[REASON_COUNT] = {
	[REASON_NONE] = {200, 200, "none", "OK", "All is well."},
	[REASON_BAD_REQUEST] = {400, 400, "bad-request", "Bad Request",
				"The request could not be understood."},
	[REASON_FORBIDDEN] = {403, 403, "forbidden", "Forbidden",
			      "You are not allowed to do that here."},
	[REASON_LOCKED] = {403, 403, "locked", "Conference Locked",
			   "The conference is locked."},
	[REASON_WRONG_PIN] = {403, 403, "wrong-pin", "Wrong PIN",
			      "That PIN is wrong."},
	[REASON_TOO_MANY_TRIES] = {403, 429, "too-many-tries",
				   "Too Many Tries",
				   "Too many wrong PINs; try again later."},
	[REASON_DENIED] = {403, 403, "denied", "Not Let In",
			   "A host did not let you in."},
	[REASON_NOT_ADMITTED] = {480, 504, "not-admitted", "Not Let In",
				 "Nobody let you in."},
	[REASON_NOT_FOUND] = {404, 404, "not-found", "Not Found",
			      "There is no such conference here."},
	[REASON_AMBIGUOUS] = {485, 409, "ambiguous", "Ambiguous",
			      "That could be several."},
	[REASON_NO_MEDIA] = {488, 406, "no-media", "Not Acceptable Here",
			     "There is no sound or picture in the offer."},
	[REASON_NO_CODEC] = {488, 406, "no-codec", "Not Acceptable Here",
			     "No audio or video codec in common."},
	[REASON_NO_PROFILE] = {488, 406, "no-profile", "Not Acceptable Here",
			       "No transport for sound or picture in common "
			       "(RTP profile, ICE)."},
	[REASON_NO_ADDRESS] = {488, 406, "no-address", "Not Acceptable Here",
			       "No address that sound or picture can be sent "
			       "to (a group, a name, another address family, "
			       "or none)."},
	[REASON_NO_KEYS] = {488, 406, "no-keys", "Not Acceptable Here",
			    "Sound and picture cannot be secured as offered "
			    "(keys in clear signalling, no known suite, no "
			    "fingerprint)."},
	[REASON_FULL] = {486, 409, "full", "Conference Full",
			 "The conference is full."},
	[REASON_UNAVAILABLE] = {480, 502, "unavailable",
				"Temporarily Unavailable",
				"It could not be reached just now."},
	[REASON_BUSY] = {486, 409, "busy", "Busy Here", "They are busy."},
	[REASON_DECLINED] = {603, 409, "declined", "Declined",
			     "They declined the call."},
	[REASON_NO_ANSWER] = {408, 504, "no-answer", "No Answer",
			      "They did not answer."},
	[REASON_NOBODY] = {404, 404, "nobody", "Not Found",
			   "Nobody has that address."},
	[REASON_NO_ROUTE] = {480, 502, "no-route", "No Route",
			     "There is no way to that address."},
	[REASON_NO_MIXER] = {503, 503, "no-mixer", "No Mixer Available",
			     "The media server does not answer; "
			     "try again in a moment."},
	[REASON_NO_PORTS] = {503, 503, "no-ports", "No Port Available",
			     "All ports for sound and picture are in use; "
			     "try again later."},
	[REASON_MIXER_LOST] = {503, 503, "mixer-lost", "Media Server Lost",
			       "The media server ended; "
			       "try again in a moment."},
	[REASON_OVERLOAD] = {503, 503, "overload", "Server Overloaded",
			     "The server is at its limits; try again later."},
	[REASON_TOO_LONG] = {413, 413, "too-long", "Request Entity Too Large",
			     "That is too long."},
	[REASON_TOO_FAST] = {480, 429, "too-fast", "Too Many Messages",
			     "That was too much at once; "
			     "try again in a moment."},
	[REASON_SHUTDOWN] = {503, 503, "shutdown", "Server Shutting Down",
			     "The server is shutting down."},
	[REASON_LOOP] = {482, 400, "loop", "Loop Detected",
			 "That would call the conference into itself."},
	[REASON_REPLACED] = {200, 200, "replaced", "Replaced",
			     "Call completed elsewhere"},
	[REASON_LEFT] = {200, 200, "left", "Left", "Left the conference."},
	[REASON_KICKED] = {603, 403, "kicked", "Removed By Moderator",
			   "Removed by a moderator."},
	[REASON_ENDED] = {410, 410, "ended", "Conference Ended",
			  "The conference was ended."},
	[REASON_MEDIA_TIMEOUT] = {408, 504, "media-timeout", "Media Timeout",
				  "No sound or picture arrived any more."},
	[REASON_MEDIA_FAILED] = {488, 502, "media-failed", "Media Failed",
				 "The media connection could not be secured "
				 "or was refused."},
	[REASON_SESSION_EXPIRED] = {408, 504, "session-expired",
				    "Session Expired",
				    "The call was not refreshed in time."},
	[REASON_INTERNAL] = {500, 500, "internal", "Server Internal Error",
			     "Something went wrong in the server."},
};


const struct reason_row *reason_row(enum reason reason)
{
	if ((unsigned)reason >= REASON_COUNT)
		reason = REASON_INTERNAL;

	return &rows[reason];
}


bool reason_is_no_mixer(enum reason reason)
{
	return reason == REASON_NO_MIXER || reason == REASON_MIXER_LOST;
}


enum reason reason_from_errno(int err)
{
	switch (err) {

	case 0: return REASON_NONE;
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE: return REASON_MIXER_LOST;
	case ETIMEDOUT:
	case ENOBUFS: return REASON_NO_MIXER;
	case ENOTSUP:
	case EPROTONOSUPPORT: return REASON_NO_CODEC;
	case EINVAL:
	case EMSGSIZE:
	case EBADMSG: return REASON_BAD_REQUEST;
	case EADDRNOTAVAIL: return REASON_NO_PORTS;
	case ENOMEM:
	case ENOSPC:
	case EMFILE:
	case ENFILE:
	case EAGAIN:
	case EADDRINUSE: return REASON_OVERLOAD;
	default: return REASON_INTERNAL;
	}
}
