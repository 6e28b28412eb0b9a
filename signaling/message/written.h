/**
 * @file signaling/message/written.h  What somebody writes, in a MESSAGE (RFC
 * 3428)
 *
 * Read are texts alone or in message/cpim, in UTF-8, ASCII or Latin-1.
 * Receipts (IMDN, RFC 5438) and that somebody is typing (RFC 3994) are
 * understood, so that whoever sends them need not be told otherwise, and are
 * for nobody to read. Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_WRITTEN_H
#define PARLEY_SIGNALING_MESSAGE_WRITTEN_H

#include "mixer/base/re.h"

/** What is read, for Accept */
#define WRITTEN_TYPES "text/plain, message/cpim"

/**
 * Read it
 *
 * @param mbp Set to the text in UTF-8, as hostile as it came; NULL: it is
 *            nothing for people to read. Free with mem_deref()
 * @return 0; ENOTSUP: of another type, charset or encoding; EMSGSIZE: too
 *         large to be looked at; EBADMSG; ENOMEM
 */
int written_read(struct mbuf **mbp, const struct sip_msg *msg);

#endif
