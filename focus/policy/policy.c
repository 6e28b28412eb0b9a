/**
 * @file focus/policy/policy.c  Who may create, join and be dialled
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "focus/policy/policy.h"
#include "mixer/base/re.h"


/** A pattern that must match all of a name */
struct pattern {
	regex_t regex;
	bool compiled;
};

struct policy {
	struct pattern names, factories, echoes, dial_ins, emergency;
	unsigned max_conferences;
};

/** Paths of the page */
static const char *const reserved[] = {
	"api",     "assets", "favicon.ico", "healthz", "index.html",
	"metrics", "parley", "robots.txt",  "sip",     "static",
	"ws",      ".",      ".."};

/** Names of conferences that a factory made: 80 bits that nobody guesses */
static const char fresh_prefix[] = "conf-";
static const char fresh_letters[] = "abcdefghijklmnopqrstuvwxyz234567";

enum { FRESH_LETTERS = 16 };


static void policy_destructor(void *arg)
{
	struct policy *p = arg;

	if (p->names.compiled)
		regfree(&p->names.regex);
	if (p->factories.compiled)
		regfree(&p->factories.regex);
	if (p->echoes.compiled)
		regfree(&p->echoes.regex);
	if (p->dial_ins.compiled)
		regfree(&p->dial_ins.regex);
	if (p->emergency.compiled)
		regfree(&p->emergency.regex);
}


/** @param flags REG_ICASE: what is asked is in lower case */
static int compile(struct pattern *pattern, const char *text, int flags)
{
	char whole[300];

	(void)snprintf(whole, sizeof(whole), "^(%s)$", text);
	if (regcomp(&pattern->regex, whole, REG_EXTENDED | REG_NOSUB | flags))
		return EINVAL;
	pattern->compiled = true;

	return 0;
}


static bool matches(const struct pattern *pattern, const char *name)
{
	return *name && !regexec(&pattern->regex, name, 0, NULL, 0);
}


int policy_alloc(struct policy **pp, const struct config *config)
{
	struct policy *p;
	int err;

	if (!pp || !config)
		return EINVAL;

	p = mem_zalloc(sizeof(*p), policy_destructor);
	if (!p)
		return ENOMEM;

	err = compile(&p->names, config->conference_names, 0);
	if (!err)
		err = compile(&p->factories, config->factory_names, 0);
	if (!err)
		err = compile(&p->echoes, config->echo_names, REG_ICASE);
	if (!err)
		err = compile(&p->dial_ins, config->dial_in_names, REG_ICASE);
	if (!err)
		err = compile(&p->emergency, config->emergency_numbers, 0);

	p->max_conferences = config->max_conferences;

	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


bool policy_is_factory(const struct policy *p, const char *name)
{
	return matches(&p->factories, name);
}


bool policy_is_echo(const struct policy *p, const char *name)
{
	return matches(&p->echoes, name);
}


bool policy_is_dial_in(const struct policy *p, const char *name)
{
	return matches(&p->dial_ins, name);
}


void policy_fresh_name(char *dst)
{
	uint8_t random[FRESH_LETTERS];
	size_t n = sizeof(fresh_prefix) - 1;

	memcpy(dst, fresh_prefix, n);
	rand_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		dst[n++] = fresh_letters[random[i] & 31];
	dst[n] = '\0';
}


bool policy_name_is_fresh(const char *name)
{
	const size_t n = sizeof(fresh_prefix) - 1;

	return !strncmp(name, fresh_prefix, n) &&
	       strlen(name) == n + FRESH_LETTERS &&
	       strspn(name + n, fresh_letters) == FRESH_LETTERS;
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

	/* patterns are asked with the name as it came and as it is kept */
	if (matches(&p->factories, name) || matches(&p->factories, dst) ||
	    matches(&p->emergency, dst))
		return REASON_NOT_FOUND;

	if (policy_name_is_fresh(dst) || matches(&p->names, name) ||
	    matches(&p->names, dst) || matches(&p->echoes, dst) ||
	    matches(&p->dial_ins, dst))
		return REASON_NONE;

	return REASON_NOT_FOUND;
}


bool policy_may_dial(const struct config *config, bool member, bool known)
{
	if (!strcmp(config->dial_out, "all"))
		return true;
	if (!strcmp(config->dial_out, "members"))
		return member;

	return !strcmp(config->dial_out, "known") && known;
}


enum reason policy_join(const struct policy *p, const struct policy_facts *f)
{
	if (f->shutting_down)
		return REASON_SHUTDOWN;

	if (!f->exists && f->fresh && !f->factory)
		return REASON_NOT_FOUND;

	if (!f->exists)
		return f->conferences < p->max_conferences ? REASON_NONE
							   : REASON_OVERLOAD;

	if (f->replaces)
		return REASON_NONE;

	if (f->locked && !f->invited)
		return REASON_LOCKED;

	if ((f->participants >= f->room && !f->host) || f->crowded)
		return REASON_FULL;

	return REASON_NONE;
}


/** Whoever calls an account must find something there */
static int check_account(const struct policy *p, const struct config *c,
			 const struct config_account *a, const char **words)
{
	char user[POLICY_NAME_MAX + 1], name[POLICY_NAME_MAX + 1];

	*words = NULL;
	if (!config_account_contact(a, c, user, sizeof(user)))
		*words = "account: needs conference=NAME: no plain name in "
			 "factory_names";
	else if (a->conference && policy_name(p, user, name) != REASON_NONE)
		*words = "account: its conference cannot have that name "
			 "(conference_names)";

	return *words ? EINVAL : 0;
}


int policy_check(const struct config *config, const char **words,
		 size_t *which)
{
	struct policy *p = NULL;
	int err = policy_alloc(&p, config);

	*words = err ? "conference_names: no pattern" : NULL;
	*which = 0;
	for (size_t i = 0; !err && i < config->account_count; i++) {
		err = check_account(p, config, config->accounts[i], words);
		if (err)
			*which = i;
	}
	mem_deref(p);

	return err;
}
