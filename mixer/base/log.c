/**
 * @file mixer/base/log.c  Structured log lines on stderr
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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


void log_line(enum log_level level, const char *module, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	int n, m;

	if (!log_enabled(level))
		return;

	n = snprintf(line, sizeof(line), "%s %s: ", names[level], module);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;

	n += m;
	if (n > LINE_MAX_BYTES - 2)
		n = LINE_MAX_BYTES - 2;

	line[n++] = '\n';

	/* a full pipe or a closed stderr must not stop the program */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
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
