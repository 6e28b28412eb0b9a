/**
 * @file signaling/sdp/offer_line.c  An m-line as it stands in the SDP
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/sdp_private.h"

/** Attributes of a line that something here reads or makes anew; all others
 *  are kept as they stand */
static const char *const known[] = {
	"candidate",  "conf",        "crypto",
	"curr",       "des",         "end-of-candidates",
	"extmap",     "fingerprint", "fmtp",
	"framerate",  "ice-lite",    "ice-options",
	"ice-pwd",    "ice-ufrag",   "imageattr",
	"inactive",   "label",       "maxptime",
	"mid",        "msid",        "ptime",
	"recvonly",   "rtcp",        "rtcp-fb",
	"rtcp-mux",   "rtpmap",      "sendonly",
	"sendrecv",   "setup",       "ssrc",
	"ssrc-group",
};


static bool is_known(char type, const struct pl *name)
{
	if (type != 'a')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!pl_strcmp(name, known[i]))
			return true;
	}
	return false;
}


/** The rows that are not known, "a=name:value" each; no more than the cap */
static int rest_read(struct offer_line *line, const struct offer_text *t,
		     int i)
{
	struct mbuf *mb = NULL;
	struct pl name, value;
	size_t pos = 0;
	int err = 0;
	char type;

	while (!err && offer_text_next(t, i, &pos, &type, &name, &value)) {
		if (is_known(type, &name))
			continue;
		if (!mb)
			mb = mbuf_alloc(256);
		if (!mb)
			return ENOMEM;
		if (mb->end + name.l + value.l + 5 > OFFER_REST_MAX)
			break;
		err = mbuf_printf(mb, "a=%r%s%r\r\n", &name,
				  value.l ? ":" : "", &value);
	}
	if (mb && !err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, &line->rest, mb->end);
	}
	mem_deref(mb);
	return err ? ENOMEM : 0;
}


int offer_line_read(struct offer_line *line, const struct offer_text *t, int i,
		    bool *in_use)
{
	struct offer_text_media m;
	struct pl word, value;

	memset(line, 0, sizeof(*line));
	line->media = -1;
	if (!offer_text_media(t, i, &m) ||
	    !offer_text_token(line->kind, sizeof(line->kind), &m.kind) ||
	    !offer_text_token(line->proto, sizeof(line->proto), &m.proto) ||
	    !offer_text_word(&m.formats, &word))
		return EBADMSG;
	if (!offer_text_token(line->format, sizeof(line->format), &word))
		line->format[0] = '0';
	if (offer_text_attr(t, i, "mid", &value))
		(void)offer_text_token(line->mid, sizeof(line->mid), &value);
	precondition_read(&line->precondition, t, i);
	*in_use = m.port || (offer_text_attr(t, i, "bundle-only", &value) &&
			     offer_group_of(t, line->mid, &word));
	return rest_read(line, t, i);
}
