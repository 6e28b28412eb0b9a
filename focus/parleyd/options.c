/**
 * @file focus/parleyd/options.c  What parleyd is told on its command line
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/parleyd/options.h"
#include "focus/policy/policy.h"


static void usage(void)
{
	printf("Usage: parleyd [-t] [-f FILE] [-o KEY=VALUE]...\n"
	       "\n"
	       "The conference server. It starts its media servers "
	       "(parley-mixer), opens its\nlisteners and prints one line "
	       "when it is ready:\n"
	       "\n"
	       "  parleyd ready join=URL [join=URL] dial=SIPURI "
	       "control=PATH\n"
	       "\n"
	       "  -f FILE       read the configuration from FILE\n"
	       "  -o KEY=VALUE  set one key, after the file; may repeat\n"
	       "  -t            check the configuration, its addresses, ports "
	       "and files,\n"
	       "                and exit (0 good, 1 bad)\n"
	       "  -h            this text\n"
	       "  -V            the version\n"
	       "\n"
	       "Without a file it runs on its defaults and needs no root. "
	       "SIGTERM and SIGINT end\nit in order, SIGHUP reads log_level "
	       "and the\ncertificate's files anew.\n"
	       "\n"
	       "Try it:\n"
	       "  parleyd                                  then open "
	       "https://localhost:8443/demo\n"
	       "  parleyd -o sip_listen=127.0.0.1:0 -o log_level=debug\n"
	       "\n"
	       "Keys, with their defaults:\n");
	config_help();
}


int options_read(struct options *o, int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "f:o:thV")) != -1) {
		switch (c) {

		case 'f': o->file = optarg; break;
		case 'o':
			if (o->override_count == OVERRIDES_MAX) {
				fprintf(stderr, "parleyd: too many -o\n");
				return 2;
			}
			o->overrides[o->override_count++] = optarg;
			break;
		case 't': o->check = true; break;
		case 'h': usage(); return 0;
		case 'V': printf("parleyd %s\n", PARLEY_VERSION); return 0;
		default: fprintf(stderr, "Try 'parleyd -h'.\n"); return 2;
		}
	}

	if (optind < argc) {
		fprintf(stderr, "parleyd: what is '%s'? Try 'parleyd -h'.\n",
			argv[optind]);
		return 2;
	}

	return -1;
}


/** "FILE:LINE: key: words" of "key: words" */
void options_tell_policy(const struct config *c, const char *words,
			 size_t which, char *dst, size_t size)
{
	char key[64], where[320];

	if (!words) {
		(void)snprintf(dst, size, "%s", strerror(ENOMEM));
		return;
	}

	(void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(words, ":"),
		       words);
	(void)snprintf(dst, size, "%s: %s",
		       config_where(c, key, which, where, sizeof(where)),
		       words);
}


int options_load(struct config **cp, const struct options *o,
		 struct config_error *error)
{
	const char *words = NULL;
	size_t which;
	int err;

	err = config_load(cp, o->file, o->overrides, o->override_count, error);
	if (err)
		return err;

	err = policy_check(*cp, &words, &which);
	if (err) {
		options_tell_policy(*cp, words, which, error->text,
				    sizeof(error->text));
		*cp = mem_deref(*cp);
	}

	return err;
}
