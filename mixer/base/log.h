/**
 * @file mixer/base/log.h  Structured log lines on stderr
 *
 * A line is `level module: event key=value ...`, one line an event, ready for
 * journald. Whatever came from a peer is printed through log_escape(): control
 * bytes, quotes and backslashes are escaped, so that a peer cannot forge a
 * line. Never called per packet. Thread-safe: a
 * line is one write().
 *
 * Most lines can be caused by somebody who is not known, as often as he likes.
 * So each place in the source that speaks has LOG_BURST lines at once, then
 * one each LOG_INTERVAL_MS; what it was not given is counted, and the count is
 * told as more=N at the end of its next line, or by log_tell_held() if none
 * comes. At debug level nothing is held back.
 */
#ifndef PARLEY_MIXER_BASE_LOG_H
#define PARLEY_MIXER_BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

enum {
	/** Lines that a place may print at once, and then one each interval */
	LOG_BURST = 10,
	LOG_INTERVAL_MS = 10000
};

/** A place in the source that speaks, or one of several that it speaks of.
 * Static and zeroed at first; written by log.c only */
struct log_site {
	_Atomic uint64_t full_us; /**< then it has all of its burst again */
	_Atomic unsigned held;    /**< lines that were not printed since */
	_Atomic unsigned number;  /**< of several: which, from 1; 0: alone */
	enum log_level level;
	atomic_bool listed;
	struct log_site *next; /**< of those that ever held one back */
	const char *module, *fmt;
};

/**
 * May it print a line now?
 *
 * @param now_us Monotonic time, never 0
 * @param more   Gets how many were held back before this one, if it may
 * @return false: it was counted
 */
bool log_site_take(struct log_site *site, uint64_t now_us, unsigned *more);

/**
 * Print one line as long as its place may; log_warn() and its like call it
 *
 * @param site   Where the line comes from; the same for level, module and fmt
 * @param level  Severity
 * @param module Room that speaks, e.g. "session"
 * @param fmt    printf format of `event key=value ...`, without newline
 */
void log_limited(struct log_site *site, enum log_level level,
		 const char *module, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** Tell for each place how many lines it held back that nobody was told of:
 *  `more lines=N event="..."`, and of=I where that is of one of several. Every
 * LOG_INTERVAL_MS and at the end, so that none is lost silently. One thread at
 * a time */
void log_tell_held(void);

/**
 * Print one line, however many there were: what nobody but us can cause, and
 * what is for debugging
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

#define LOG_AT_SITE(level, module, ...)                                       \
	do {                                                                  \
		static struct log_site log_site_;                             \
                                                                              \
		log_limited(&log_site_, level, module, __VA_ARGS__);          \
	} while (0)

/** One line of a thing that there are several of, like a mixer: each of them
 *  may say as much as a place that speaks of one
 *
 * @param count Of the things, a constant
 * @param i     Which it is, below count */
#define LOG_OF_SEVERAL(count, i, level, module, ...)                          \
	do {                                                                  \
		static struct log_site log_sites_[count];                     \
                                                                              \
		log_sites_[i].number = (i) + 1;                               \
		log_limited(&log_sites_[i], level, module, __VA_ARGS__);      \
	} while (0)

#define log_error(module, ...)                                                \
	LOG_AT_SITE(LOG_LEVEL_ERROR, module, __VA_ARGS__)
#define log_warn(module, ...) LOG_AT_SITE(LOG_LEVEL_WARN, module, __VA_ARGS__)
#define log_info(module, ...) LOG_AT_SITE(LOG_LEVEL_INFO, module, __VA_ARGS__)
#define log_debug(module, ...)                                                \
	do {                                                                  \
		if (log_enabled(LOG_LEVEL_DEBUG))                             \
			log_line(LOG_LEVEL_DEBUG, module, __VA_ARGS__);       \
	} while (0)

#endif
