/**
 * @file mixer/base/log_libre.c  What libre says, through log.h
 */
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
/* what follows asks for these, for macros that are not used here */
#define DEBUG_MODULE "parley"
#define DEBUG_LEVEL  0
#include <re_dbg.h>


static struct tmr tell_tmr;


static void tell_h(void *arg)
{
	log_tell_held();
	tmr_start(&tell_tmr, LOG_INTERVAL_MS, tell_h, arg);
}


/** A peer's doing: a browser that does not know our certificate, or that is
 *  gone */
static bool is_passing(const char *text)
{
	return strstr(text, "tls: accept error") ||
	       strstr(text, "tcp: send: write(): Broken pipe") ||
	       strstr(text, "tcp: send: write(): Connection reset");
}


/** libre calls it under a lock of its own */
static void print_h(int level, const char *p, size_t len, void *arg)
{
	char text[300];

	(void)arg;

	while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;

	if (!len)
		return;

	log_escape(text, sizeof(text), p, len);
	if (level <= DBG_WARNING && is_passing(text))
		log_info("libre", "said text=%s", text);
	else if (level <= DBG_WARNING)
		log_warn("libre", "said text=%s", text);
	else
		log_debug("libre", "said text=%s", text);
}


void log_libre_start(void)
{
	dbg_handler_set(print_h, NULL);
	tmr_start(&tell_tmr, LOG_INTERVAL_MS, tell_h, NULL);
}


void log_libre_stop(void)
{
	tmr_cancel(&tell_tmr);
	log_tell_held();
}
