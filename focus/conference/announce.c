/**
 * @file focus/conference/announce.c  What is to be said, as the mixer is told
 */
#include "focus/conference/announce.h"
#include "mixer/base/re.h"


static int names_print(struct re_printf *pf, const struct bearer_words *w)
{
	int err = 0;

	for (size_t i = 0; i < w->count && i < ANNOUNCE_NAMES_MAX && !err; i++)
		err = re_hprintf(pf, "%s\"%s\"", i ? "," : "", w->names[i]);

	return err;
}


void announce_write(char *text, size_t size, const char *to, uint32_t id,
		    const struct bearer_words *words)
{
	(void)re_snprintf(text, size,
			  "{\"op\":\"%s.announce\",\"%s\":%u,\"say\":[%H],"
			  "\"language\":\"%s\",\"number\":%u}",
			  to, to, id, names_print, words, words->language,
			  words->number);
}
