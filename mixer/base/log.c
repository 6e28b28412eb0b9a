/**
 * @file mixer/base/log.c  Structured log lines on stderr
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


enum { LINE_MAX_BYTES = 1024 };

static _Atomic int max_level = LOG_LEVEL_INFO;

static const char *const names[] = {"error", "warn", "info", "debug"};


void log_level_set(enum log_level level)
{
	atomic_store_explicit(&max_level, (int)level, memory_order_relaxed);
}


enum log_level log_level_get(void)
{
	return (enum log_level)atomic_load_explicit(&max_level,
						    memory_order_relaxed);
}


bool log_enabled(enum log_level level)
{
	return level <= log_level_get();
}


int log_level_parse(enum log_level *level, const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*level = (enum log_level)i;
			return 0;
		}
	}

	return EINVAL;
}


/** A full pipe or a closed stderr must not stop the program
 *
 * @param more Lines before this one that were not printed */
__attribute__((format(printf, 4, 0))) static void
print(enum log_level level, const char *module, unsigned more, const char *fmt,
      va_list ap)
{
	char line[LINE_MAX_BYTES], tail[32] = "\n";
	int n, m, end = 1;

	if (more)
		end = snprintf(tail, sizeof(tail), " more=%u\n", more);

	n = snprintf(line, sizeof(line), "%s %s: ", names[level], module);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	if (m < 0)
		return;

	n += m;
	if (n > LINE_MAX_BYTES - end - 1)
		n = LINE_MAX_BYTES - end - 1;

	memcpy(line + n, tail, (size_t)end);
	n += end;
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}


void log_line(enum log_level level, const char *module, const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(level))
		return;

	va_start(ap, fmt);
	print(level, module, 0, fmt, ap);
	va_end(ap);
}


/* ------------------------------------------------------------ what is held */

/** Those that ever held a line back; they are never taken off */
static struct log_site *_Atomic held_sites;


bool log_site_take(struct log_site *site, uint64_t now_us, unsigned *more)
{
	const uint64_t interval_us = LOG_INTERVAL_MS * UINT64_C(1000);
	uint64_t full = atomic_load(&site->full_us), base;

	do {
		base = full > now_us ? full : now_us;
		if (base - now_us > (LOG_BURST - 1) * interval_us) {
			atomic_fetch_add(&site->held, 1);
			return false;
		}
	} while (!atomic_compare_exchange_weak(&site->full_us, &full,
					       base + interval_us));

	*more = atomic_exchange(&site->held, 0);

	return true;
}


static void list_site(struct log_site *site, enum log_level level,
		      const char *module, const char *fmt)
{
	if (atomic_exchange(&site->listed, true))
		return;

	site->level = level;
	site->module = module;
	site->fmt = fmt;
	site->next = atomic_load(&held_sites);
	while (!atomic_compare_exchange_weak(&held_sites, &site->next, site))
		;
}


void log_limited(struct log_site *site, enum log_level level,
		 const char *module, const char *fmt, ...)
{
	unsigned more = 0;
	va_list ap;

	if (!log_enabled(level))
		return;

	if (!log_enabled(LOG_LEVEL_DEBUG) &&
	    !log_site_take(site, clock_us(), &more)) {
		list_site(site, level, module, fmt);
		return;
	}

	va_start(ap, fmt);
	print(level, module, more, fmt, ap);
	va_end(ap);
}


/** Of the format what is the same in all lines, up to the first value */
static int event_len(const char *fmt)
{
	size_t len = strcspn(fmt, "%");

	while (fmt[len] && len && fmt[len - 1] != ' ')
		len--;
	while (len && fmt[len - 1] == ' ')
		len--;

	return (int)len;
}


static void tell_held(const struct log_site *site, unsigned held)
{
	const unsigned number = site->number;
	char of[16] = "";

	if (number)
		(void)snprintf(of, sizeof(of), " of=%u", number - 1);
	log_line(site->level, site->module, "more lines=%u event=\"%.*s\"%s",
		 held, event_len(site->fmt), site->fmt, of);
}


void log_tell_held(void)
{
	struct log_site *site = atomic_load(&held_sites);

	for (; site; site = site->next) {
		unsigned held = atomic_exchange(&site->held, 0);

		if (held)
			tell_held(site, held);
	}
}


const char *log_escape(char *dst, size_t size, const char *src, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t o = 0;

	dst[o++] = '"';

	/* room for one escape (4), the closing quote and the terminator */
	for (size_t i = 0; i < len && o + 6 <= size; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c == '"' || c == '\\') {
			dst[o++] = '\\';
			dst[o++] = (char)c;
		}
		else if (c < 0x20 || c == 0x7f) {
			dst[o++] = '\\';
			dst[o++] = 'x';
			dst[o++] = hex[c >> 4];
			dst[o++] = hex[c & 15];
		}
		else {
			dst[o++] = (char)c;
		}
	}

	dst[o++] = '"';
	dst[o] = '\0';

	return dst;
}
