/**
 * @file signaling/message/dialog_id.h  Dialogs named in headers
 *
 * Replaces (RFC 3891), Join (RFC 3911) and Target-Dialog (RFC 4538) name a
 * dialog by its Call-ID and tags. Pure functions of hostile text.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_DIALOG_ID_H
#define PARLEY_SIGNALING_MESSAGE_DIALOG_ID_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum { DIALOG_ID_MAX = 512, /**< bytes of such a value */ };

/** Tags as the recipient of the header sees them; all point into the value */
struct dialog_id {
	struct pl callid;
	struct pl local_tag, remote_tag;
	bool early_only;
};

/**
 * Read a value
 *
 * @param target It is a Target-Dialog's
 * @return 0; EBADMSG it names no dialog, or one with a doubled parameter
 */
int dialog_id_decode(struct dialog_id *id, const struct pl *val, bool target);

/** A request within that dialog, for sip_dialog_cmp(): nothing else is set */
void dialog_id_request(struct sip_msg *msg, const struct dialog_id *id);

#endif
