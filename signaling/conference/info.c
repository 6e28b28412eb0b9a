/**
 * @file signaling/conference/info.c  DTMF by INFO, as terminals without RFC
 * 4733 send it
 */
#include <ctype.h>
#include <string.h>
#include "signaling/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "signaling/message/header.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"

enum { DURATION_DEFAULT_MS = 160, DURATION_MAX_MS = 8000 };

/* "5", "*", "11" (an event number of RFC 4733); 0 when it is no digit */
static char digit_of(const struct pl *signal)
{
	static const char keys[] = "0123456789*#ABCD";
	char c;

	if (signal->l == 1) {
		c = (char)toupper((unsigned char)signal->p[0]);
		return c && strchr(keys, c) ? c : 0;
	}
	if (signal->l == 2 && isdigit((unsigned char)signal->p[0]) &&
	    isdigit((unsigned char)signal->p[1])) {
		uint32_t event = pl_u32(signal);

		return event < sizeof(keys) - 1 ? keys[event] : 0;
	}
	return 0;
}

static char read_relay(const struct pl *body, unsigned *duration_ms)
{
	struct pl signal, duration;

	if (re_regex(body->p, body->l, "[Ss]1ignal[ \t]*=[ \t]*[0-9A-Da-d*#]+",
		     NULL, NULL, NULL, &signal))
		return 0;
	if (!re_regex(body->p, body->l, "[Dd]1uration[ \t]*=[ \t]*[0-9]+",
		      NULL, NULL, NULL, &duration) &&
	    duration.l <= 5)
		*duration_ms = pl_u32(&duration);

	return digit_of(&signal);
}

static char read_plain(const struct pl *body)
{
	struct pl signal;

	if (re_regex(body->p, body->l, "[0-9A-Da-d*#]+", &signal))
		return 0;
	return digit_of(&signal);
}

void info_in(struct session *s, const struct sip_msg *msg)
{
	struct sessions *all = session_table(s);
	unsigned duration_ms = DURATION_DEFAULT_MS;
	struct pl body;
	char digit;

	header_body(msg, &body);
	if (!body.l) { /* RFC 2976: a sign of life */
		(void)sip_treplyf(NULL, NULL, sessions_sip(all), msg, false,
				  200, "OK", "%H" SESSION_NO_BODY,
				  session_ims_print, s);
		return;
	}
	if (msg_ctype_cmp(&msg->ctyp, "application", "dtmf-relay"))
		digit = read_relay(&body, &duration_ms);
	else if (msg_ctype_cmp(&msg->ctyp, "application", "dtmf"))
		digit = read_plain(&body);
	else {
		session_refuse_protocol(all, msg, NULL, 415,
					"Unsupported Media Type",
					"Accept: application/dtmf-relay,"
					" application/dtmf\r\n");
		return;
	}
	if (!digit) {
		session_refuse(all, msg, NULL, REASON_BAD_REQUEST);
		return;
	}
	if (duration_ms > DURATION_MAX_MS)
		duration_ms = DURATION_MAX_MS;
	(void)sip_treplyf(NULL, NULL, sessions_sip(all), msg, false, 200, "OK",
			  "%H" SESSION_NO_BODY, session_ims_print, s);
	if (session_endpoint(s))
		focus_dtmf(session_endpoint(s), digit, duration_ms);
}
