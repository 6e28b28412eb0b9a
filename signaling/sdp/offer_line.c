/**
 * @file signaling/sdp/offer_line.c  An m-line as it stands in the SDP
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/sdp_private.h"

int offer_line_read(struct offer_line *line, const struct offer_text *t, int i,
		    bool *in_use)
{
	struct offer_text_media m;
	struct pl word, value;

	memset(line, 0, sizeof(*line));
	line->media = line->passed = -1;
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
	return 0;
}
