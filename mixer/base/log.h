/**
 * @file mixer/base/log.h  Structured log lines on stderr
 *
 * A line is `level module: event key=value ...`, one line an event, ready for
 * journald. Whatever came from a peer is printed through log_escape(): control
 * bytes, quotes and backslashes are escaped, so that a peer cannot forge a
 * line. Never called per packet. Thread-safe: a
 * line is one write().
 */
#ifndef PARLEY_MIXER_BASE_LOG_H
#define PARLEY_MIXER_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/** Lines above this level are dropped; INFO at start */
void log_level_set(enum log_level level);

/** The level lines are printed up to */
enum log_level log_level_get(void);

/** True if lines of this level are printed: guards costly arguments */
bool log_enabled(enum log_level level);

/**
 * Level by its name: "error", "warn", "info", "debug"
 *
 * @return 0, or EINVAL for another word
 */
int log_level_parse(enum log_level *level, const char *name);

/**
 * Print one line
 *
 * @param level  Severity
 * @param module Room that speaks, e.g. "session"
 * @param fmt    printf format of `event key=value ...`, without newline
 */
void log_line(enum log_level level, const char *module, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Copy bytes of a peer, escaped and quoted, truncated to fit
 *
 * @param dst  Destination, always terminated
 * @param size Its size in bytes, at least 8
 * @param src  Bytes of the peer (need not be terminated)
 * @param len  Their number
 * @return dst
 */
const char *log_escape(char *dst, size_t size, const char *src, size_t len);

#define log_error(module, ...) log_line(LOG_LEVEL_ERROR, module, __VA_ARGS__)
#define log_warn(module, ...)  log_line(LOG_LEVEL_WARN, module, __VA_ARGS__)
#define log_info(module, ...)  log_line(LOG_LEVEL_INFO, module, __VA_ARGS__)
#define log_debug(module, ...)                                                \
	do {                                                                  \
		if (log_enabled(LOG_LEVEL_DEBUG))                             \
			log_line(LOG_LEVEL_DEBUG, module, __VA_ARGS__);       \
	} while (0)

#endif
