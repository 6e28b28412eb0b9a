/**
 * @file mixer/base/log_libre.c  What libre says, through log.h
 */
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
/* what follows asks for these, for macros that are not used here */
#define DEBUG_MODULE "parley"
#define DEBUG_LEVEL  0
#include <re_dbg.h>


/** libre calls the handler under a lock of its own */
static struct {
	uint64_t since_ms;
	unsigned lines, dropped;
} burst;


static bool take_place(void)
{
	uint64_t now = tmr_jiffies();

	if (now >= burst.since_ms + LOG_LIBRE_INTERVAL_MS) {
		if (burst.dropped)
			log_warn("libre", "more lines=%u", burst.dropped);
		burst.since_ms = now;
		burst.lines = 0;
		burst.dropped = 0;
	}

	if (burst.lines < LOG_LIBRE_BURST) {
		burst.lines++;
		return true;
	}

	burst.dropped++;

	return false;
}


static void print_h(int level, const char *p, size_t len, void *arg)
{
	enum log_level ours =
		level <= DBG_WARNING ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG;
	char text[300];

	(void)arg;

	while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;

	if (len && log_enabled(ours) && take_place())
		log_line(ours, "libre", "said text=%s",
			 log_escape(text, sizeof(text), p, len));
}


void log_libre_start(void)
{
	dbg_handler_set(print_h, NULL);
}
