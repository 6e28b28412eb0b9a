/**
 * @file signaling/session/outbox.h  What others write, to a session's far end
 * (RFC 3428)
 *
 * One MESSAGE at a time, the next one when that is answered or nobody has
 * answered it, so that the order stays what it is. Whoever has a page gets
 * them outside of the dialog, over its WebSocket, From the conference under
 * the writer's name: JsSIP takes none within, and there is no proxy that
 * would want the dialog's route. Everybody else gets them within the dialog,
 * by its route, whose From stays the conference's: the text begins with the
 * name, or is wrapped with it where the far end says that it accepts
 * message/cpim.
 *
 * Who says in Allow that he takes no MESSAGE gets none, nor does who is not
 * confirmed; who says nothing gets them until he refuses one (405, 415, 501,
 * ...), and so does everybody. One who does not even answer the first gets no
 * second. Retry-After is waited for. What may meet a narrow hop on its way,
 * all but what goes by a connection with nobody between, has 1300 bytes at
 * most (section 8): longer texts are cut into several, marked "(1/3)".
 */
#ifndef PARLEY_SIGNALING_SESSION_OUTBOX_H
#define PARLEY_SIGNALING_SESSION_OUTBOX_H

#include "mixer/base/re.h"

struct chat_message;
struct outbox;
struct session;

enum {
	/** So many wait; the oldest go */
	OUTBOX_WAITING_MAX = 64,
	/** Of a MESSAGE that may meet a hop without congestion control */
	OUTBOX_MESSAGE_BYTES = 1300,
};

/** @param s Borrowed. @return 0, ENOMEM. Free with mem_deref() before it */
int outbox_alloc(struct outbox **op, struct session *s);

/** One more; a reference is taken. Sends nothing from within */
void outbox_put(struct outbox *o, struct chat_message *m);

/** A word has come from the far end: what waits may go there now. Sends
 *  nothing from within */
void outbox_wake(struct outbox *o);

/** The session ends: nothing is sent any more */
void outbox_close(struct outbox *o);

/* ---- outbox_text.c: a text in pieces. Pure */

/**
 * How much of a text goes into the next piece
 *
 * Cut at a blank where one is near, never within a letter as people see it.
 *
 * @param text Valid UTF-8
 * @param room Bytes; each line feed counts as CRLF
 * @return bytes of it, at least one letter
 */
size_t outbox_cut(const char *text, size_t len, size_t room);

/** In how many pieces of that size? */
unsigned outbox_pieces(const char *text, size_t len, size_t room);

/** Blanks between two pieces are in neither. @return how many bytes */
size_t outbox_skip(const char *text, size_t len);

/** Print it with CRLF at the ends of lines (RFC 2046 section 4.1.1) */
int outbox_text_print(struct re_printf *pf, const struct pl *text);

#endif
