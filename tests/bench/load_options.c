/**
 * @file tests/bench/load_options.c  A generator's command line
 */
#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "mixer/base/re.h"
#include "tests/bench/load.h"

enum { DESCRIPTORS = 8192 };


static _Noreturn void fail(const char *usage)
{
	fprintf(stderr,
		"options: --sip PORT --pid PARLEYD --parley CLI "
		"--control SOCKET\n"
		"         [--codec NAME] [--legs N] [--seconds S]\n"
		"         [--srtp [SUITE]] (PORT is TLS then)\n"
		"%s",
		usage);
	exit(2);
}


static bool common(struct load *l, const char *name, const char *value)
{
	if (!value)
		return false;

	if (!strcmp(name, "--sip"))
		l->sip.sin_port = htons((uint16_t)atoi(value));
	else if (!strcmp(name, "--pid"))
		l->focus = (pid_t)atoi(value);
	else if (!strcmp(name, "--parley"))
		l->parley = value;
	else if (!strcmp(name, "--control"))
		l->control = value;
	else if (!strcmp(name, "--codec"))
		l->codec = value;
	else if (!strcmp(name, "--legs"))
		l->leg_count = (unsigned)atoi(value);
	else if (!strcmp(name, "--seconds"))
		l->seconds = (unsigned)atoi(value);
	else
		return false;

	return true;
}


static enum transport_suite suite(const char *value, int *i)
{
	if (!value || !strncmp(value, "--", 2))
		return TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80;

	++*i;

	return transport_suite_by_name(value);
}


void load_options(struct load *l, int argc, char *argv[],
		  bool (*more)(const char *name, const char *value),
		  const char *usage)
{
	const struct sched_param first = {.sched_priority = 1};
	const struct rlimit files = {DESCRIPTORS, DESCRIPTORS};

	l->sip.sin_family = AF_INET;
	l->sip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(argv[i], "--srtp")) {
			l->suite = suite(value, &i);
			if (l->suite == TRANSPORT_SUITE_NONE)
				fail(usage);
		}
		else if (common(l, argv[i], value) ||
			 (value && more(argv[i], value))) {
			i++;
		}
		else if (!more(argv[i], NULL)) {
			fail(usage);
		}
	}

	if (!l->sip.sin_port || !l->focus || !l->parley || !l->control ||
	    !l->leg_count || l->leg_count > LOAD_LEGS_MAX || !l->seconds)
		fail(usage);

	/* an instrument that is late measures itself */
	(void)sched_setscheduler(0, SCHED_RR, &first);
	if (setrlimit(RLIMIT_NOFILE, &files))
		load_die("RLIMIT_NOFILE");
	if (libre_init() || srtp_library_init())
		load_die("libre");
}
