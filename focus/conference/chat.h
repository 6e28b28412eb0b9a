/**
 * @file focus/conference/chat.h  What is written in a conference: messages,
 * and those that are kept
 *
 * A message is made clean once and then only read, by reference: by events,
 * by who is told, by who comes later. Those that are kept stay in memory, as
 * long as their conference, and never go to a store or a log. They are
 * bounded for each conference and for all of them together: the oldest go
 * first. Who may write, and who is told, is focus/conference/say.h's.
 * Parleyd's loop only; time is an argument.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CHAT_H
#define PARLEY_FOCUS_CONFERENCE_CHAT_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"
#include "mixer/base/utf8.h"

enum {
	/** Longest text of a message, in bytes of UTF-8 */
	CHAT_TEXT_MAX = 4000,
	/** Kept of a conference, and how much of all: a text counts with
	 *  what is kept beside it */
	CHAT_KEPT_MAX = 200,
	CHAT_KEPT_BYTES = 256 * 1024,
	CHAT_KEPT_ALL_BYTES = 16 * 1024 * 1024,
	/** What an endpoint may write at once, and after that in which time
	 *  once */
	CHAT_BURST = 5,
	CHAT_INTERVAL_MS = 1000,
	/** The same for all of a conference */
	CHAT_ALL_BURST = 20,
	CHAT_ALL_INTERVAL_MS = 200,
};

struct chat;

/** One; changed by nobody once it is numbered */
struct chat_message {
	struct le le, shelf_le; /**< while it is kept */
	struct chat *chat;      /**< that keeps it; NULL: none */
	uint64_t number;        /**< from 1 in the life of its conference */
	uint64_t time_ms;       /**< Unix time */
	unsigned endpoint; /**< who wrote it; 0: who operates the server */
	char *user;        /**< his address as the roster had it; NULL: he
				has none */
	char label[UTF8_NAME_MAX + 1]; /**< his name as the others saw it */
	size_t bytes;                  /**< of the text */
	/** Valid UTF-8; of control characters it has line feeds alone, and
	 *  neither begins nor ends with one. Terminated */
	char text[];
};

/** All that is kept of all conferences; zeroed at first */
struct chat_shelf {
	struct list messages; /**< oldest first */
	size_t bytes;
};

/** How much somebody has written of late; zeroed at first */
struct chat_rate {
	uint64_t free_ms; /**< when he might write as much at once as ever */
};

/** Of a conference; zeroed at first, chat_close() before it is freed */
struct chat {
	struct list kept; /**< oldest first */
	unsigned kept_count;
	size_t kept_bytes;
	uint64_t last_number; /**< of the last message, kept or not */
	struct chat_rate rate;
};

/**
 * Make one of a text; the rest of it is the caller's to fill in
 *
 * @param mp   Set; free with mem_deref()
 * @param text Hostile: what is no UTF-8 becomes "?", what is not to be seen or
 *             turns the direction of reading is left out, ends of lines become
 *             line feeds
 * @return 0; EBADMSG: nothing is left; EMSGSIZE: more than CHAT_TEXT_MAX;
 *         ENOMEM
 */
int chat_message_alloc(struct chat_message **mp, const char *text, size_t len);

/**
 * May it be written now? Takes of both, or of none
 *
 * @param own    Of who writes
 * @param now_ms Monotonic time in milliseconds
 * @return false: it would be too much
 */
bool chat_take(struct chat *chat, struct chat_rate *own, uint64_t now_ms);

/** Keep one; a reference is taken. The oldest may go for it */
void chat_keep(struct chat *chat, struct chat_shelf *shelf,
	       struct chat_message *m);

/** What is kept is forgotten; numbers go on */
void chat_close(struct chat *chat, struct chat_shelf *shelf);

#endif
