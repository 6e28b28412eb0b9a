/**
 * @file signaling/sdp/offer_group.c  BUNDLE groups as they stand in the SDP
 */
#include "signaling/sdp/sdp_private.h"


bool offer_group_has(struct pl mids, const char *mid)
{
	struct pl word;

	while (mid[0] && offer_text_word(&mids, &word)) {
		if (!pl_strcmp(&word, mid))
			return true;
	}
	return false;
}


bool offer_group_of(const struct offer_text *t, const char *mid,
		    struct pl *mids)
{
	size_t pos = 0;
	struct pl name, value, word;
	char type;

	while (mid[0] && offer_text_next(t, OFFER_TEXT_SESSION, &pos, &type,
					 &name, &value)) {
		if (type != 'a' || pl_strcmp(&name, "group") ||
		    !offer_text_word(&value, &word) ||
		    pl_strcmp(&word, "BUNDLE"))
			continue;
		*mids = value;
		if (offer_group_has(value, mid))
			return true;
	}
	return false;
}
