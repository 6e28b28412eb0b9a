/**
 * @file focus/policy.c  Who may create, join and be dialled
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include "focus/config.h"
#include "focus/policy.h"


struct policy {
	regex_t names;
	bool compiled;
	unsigned max_participants, max_conferences;
};

/** Paths of the page, and the user parts of factory URIs */
static const char *const reserved[] = {
	"api",        "assets",  "conference", "favicon.ico", "healthz",
	"index.html", "metrics", "mmtel",      "parley",      "robots.txt",
	"sip",        "static",  "ws",         ".",           ".."};


static void destructor(void *arg)
{
	struct policy *p = arg;

	if (p->compiled)
		regfree(&p->names);
}


int policy_alloc(struct policy **pp, const struct config *config)
{
	char pattern[300];
	struct policy *p;
	int err = 0;

	if (!pp || !config)
		return EINVAL;

	p = mem_zalloc(sizeof(*p), destructor);
	if (!p)
		return ENOMEM;

	(void)snprintf(pattern, sizeof(pattern), "^(%s)$",
		       config->conference_names);
	if (regcomp(&p->names, pattern, REG_EXTENDED | REG_NOSUB)) {
		err = EINVAL;
		goto out;
	}

	p->compiled = true;
	p->max_participants = config->max_participants;
	p->max_conferences = config->max_conferences;

out:
	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


enum reason policy_name(const struct policy *p, const char *name, char *dst)
{
	size_t len = name ? strlen(name) : 0;

	if (!len || len > POLICY_NAME_MAX)
		return REASON_NOT_FOUND;

	/* only ASCII has case here: a locale must not join two names */
	for (size_t i = 0; i <= len; i++) {
		char c = name[i];

		if (c && ((unsigned char)c < 0x21 || (unsigned char)c > 0x7e))
			return REASON_NOT_FOUND;
		dst[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (!strcmp(dst, reserved[i]))
			return REASON_NOT_FOUND;
	}

	/* the pattern is asked with the name as it came and as it is kept */
	if (regexec(&p->names, name, 0, NULL, 0) &&
	    regexec(&p->names, dst, 0, NULL, 0))
		return REASON_NOT_FOUND;

	return REASON_NONE;
}


enum reason policy_join(const struct policy *p, const struct policy_facts *f)
{
	if (f->shutting_down)
		return REASON_SHUTDOWN;

	if (!f->exists)
		return f->conferences < p->max_conferences ? REASON_NONE
							   : REASON_OVERLOAD;

	if (f->locked && !f->invited)
		return REASON_LOCKED;

	if (f->participants >= p->max_participants)
		return REASON_FULL;

	return REASON_NONE;
}
